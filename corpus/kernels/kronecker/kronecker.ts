// The Kronecker product of two matrices of f32.

export function kronecker(
  out: StaticArray<f32>,
  a: StaticArray<f32>,
  b: StaticArray<f32>,
  n: i32,
  m: i32,
  p: i32,
  q: i32,
): void {
  // parallel: yes - each iteration owns p rows of out (guard: out is disjoint from a and b).
  for (let i = 0; i < n; i++) {
    // parallel: yes - each iteration owns one block of out.
    for (let j = 0; j < m; j++) {
      // parallel: yes - each iteration owns one row of the block.
      for (let k = 0; k < p; k++) {
        // parallel: yes - each iteration owns one element.
        for (let l = 0; l < q; l++) {
          unchecked((out[(i * p + k) * m * q + j * q + l] = unchecked(a[i * m + j]) * unchecked(b[k * q + l])));
        }
      }
    }
  }
}
