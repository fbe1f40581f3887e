// Symmetric updates of the lower triangle of f64: A += x x^T, and C += A A^T.

export function syr(a: StaticArray<f64>, x: StaticArray<f64>, n: i32): void {
  // parallel: yes - each iteration owns one row of the triangle (guard: disjoint).
  for (let i = 0; i < n; i++) {
    // parallel: yes - each iteration owns one element.
    for (let j = 0; j <= i; j++) {
      unchecked((a[i * n + j] = unchecked(a[i * n + j]) + unchecked(x[i]) * unchecked(x[j])));
    }
  }
}

export function syrk(c: StaticArray<f64>, a: StaticArray<f64>, n: i32, k: i32): void {
  // parallel: yes - each iteration owns one row of the triangle (guard: disjoint).
  for (let i = 0; i < n; i++) {
    // parallel: yes - each iteration owns one element.
    for (let j = 0; j <= i; j++) {
      let sum = unchecked(c[i * n + j]);
      // parallel: no - a float sum keeps its order.
      for (let l = 0; l < k; l++) {
        sum += unchecked(a[i * k + l]) * unchecked(a[j * k + l]);
      }
      unchecked((c[i * n + j] = sum));
    }
  }
}
