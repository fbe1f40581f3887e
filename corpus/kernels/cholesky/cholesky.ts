// Cholesky factorisation of a matrix of f64 in place, column by column; the lower triangle is read and written.

export function cholesky(a: usize, n: i32): void {
  // parallel: no - every column needs the columns before.
  for (let k = 0; k < n; k++) {
    const root = sqrt<f64>(load<f64>(a + (<usize>(k * n + k) << 3)));
    store<f64>(a + (<usize>(k * n + k) << 3), root);
    // parallel: yes - each iteration owns one element of the column.
    for (let i = k + 1; i < n; i++) {
      store<f64>(a + (<usize>(i * n + k) << 3), load<f64>(a + (<usize>(i * n + k) << 3)) / root);
    }
    // parallel: yes - each iteration owns one row of the rest; it reads the finished column.
    for (let i = k + 1; i < n; i++) {
      // parallel: yes - each iteration owns one element of its row.
      for (let j = k + 1; j <= i; j++) {
        store<f64>(
          a + (<usize>(i * n + j) << 3),
          load<f64>(a + (<usize>(i * n + j) << 3)) -
            load<f64>(a + (<usize>(i * n + k) << 3)) * load<f64>(a + (<usize>(j * n + k) << 3)),
        );
      }
    }
  }
}
