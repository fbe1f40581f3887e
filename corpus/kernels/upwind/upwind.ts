// A step of transport on a line of f64: each cell looks against its own wind.

export function upwind(out: StaticArray<f64>, u: StaticArray<f64>, wind: StaticArray<f64>, n: i32, c: f64): void {
  // parallel: yes - each iteration owns out[i] (guard: disjoint).
  for (let i = 1; i < n - 1; i++) {
    const slope =
      unchecked(wind[i]) > 0 ? unchecked(u[i]) - unchecked(u[i - 1]) : unchecked(u[i + 1]) - unchecked(u[i]);
    unchecked((out[i] = unchecked(u[i]) - c * unchecked(wind[i]) * slope));
  }
}
