// A Jacobi step for a dense system of f64: every unknown from the old values of the others.

export function jacobi_solve(
  out: StaticArray<f64>,
  a: StaticArray<f64>,
  b: StaticArray<f64>,
  x: StaticArray<f64>,
  n: i32,
): void {
  // parallel: yes - each iteration owns out[i] (guard: out is disjoint from the others).
  for (let i = 0; i < n; i++) {
    let sum = unchecked(b[i]);
    // parallel: no - a float sum keeps its order.
    for (let j = 0; j < n; j++) {
      if (j != i) {
        sum -= unchecked(a[i * n + j]) * unchecked(x[j]);
      }
    }
    unchecked((out[i] = sum / unchecked(a[i * n + i])));
  }
}
