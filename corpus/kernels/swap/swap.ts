// Swaps the elements of two arrays of f64.

export function swap(x: StaticArray<f64>, y: StaticArray<f64>, n: i32): void {
  // parallel: yes - each iteration owns x[i] and y[i] (guard: x and y are the same or disjoint).
  for (let i = 0; i < n; i++) {
    const t = unchecked(x[i]);
    unchecked((x[i] = unchecked(y[i])));
    unchecked((y[i] = t));
  }
}
