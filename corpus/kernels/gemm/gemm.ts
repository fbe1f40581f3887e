// C += A B for row-major f64 matrices (n x k times k x m), in two loop orders.

export function gemm_ikj(c: usize, a: usize, b: usize, n: i32, m: i32, k: i32): void {
  // parallel: yes - each iteration owns one row of c (guard: c is disjoint from a and b).
  for (let i = 0; i < n; i++) {
    // parallel: no - every step of p adds to the same row, in order.
    for (let p = 0; p < k; p++) {
      const v = load<f64>(a + (<usize>(i * k + p) << 3));
      // parallel: yes - each iteration owns c[i][j].
      for (let j = 0; j < m; j++) {
        const at = c + (<usize>(i * m + j) << 3);
        store<f64>(at, load<f64>(at) + v * load<f64>(b + (<usize>(p * m + j) << 3)));
      }
    }
  }
}

export function gemm_ijk(c: usize, a: usize, b: usize, n: i32, m: i32, k: i32): void {
  // parallel: yes - each iteration owns one row of c (guard: c is disjoint from a and b).
  for (let i = 0; i < n; i++) {
    // parallel: yes - each iteration owns c[i][j].
    for (let j = 0; j < m; j++) {
      const at = c + (<usize>(i * m + j) << 3);
      let sum = load<f64>(at);
      // parallel: no - a float sum keeps its order.
      for (let p = 0; p < k; p++) {
        sum += load<f64>(a + (<usize>(i * k + p) << 3)) * load<f64>(b + (<usize>(p * m + j) << 3));
      }
      store<f64>(at, sum);
    }
  }
}
