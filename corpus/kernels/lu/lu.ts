// LU factorisation of a matrix of f64 in place, without pivots.

export function lu(a: usize, n: i32): void {
  // parallel: no - every step needs the steps before.
  for (let k = 0; k < n; k++) {
    // parallel: yes - each iteration owns one row below the pivot; the pivot's row is only read.
    for (let i = k + 1; i < n; i++) {
      const f = load<f64>(a + (<usize>(i * n + k) << 3)) / load<f64>(a + (<usize>(k * n + k) << 3));
      store<f64>(a + (<usize>(i * n + k) << 3), f);
      // parallel: yes - each iteration owns one element of the row.
      for (let j = k + 1; j < n; j++) {
        store<f64>(
          a + (<usize>(i * n + j) << 3),
          load<f64>(a + (<usize>(i * n + j) << 3)) - f * load<f64>(a + (<usize>(k * n + j) << 3)),
        );
      }
    }
  }
}
