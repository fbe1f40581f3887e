// Solves L X = B in place for many right-hand sides, f64; L is lower triangular.

export function trsm(b: usize, l: usize, n: i32, m: i32): void {
  // parallel: no - every row needs the solution of the rows above.
  for (let i = 0; i < n; i++) {
    // parallel: no - each iteration subtracts from the same row.
    for (let k = 0; k < i; k++) {
      // parallel: yes - each iteration owns one element of the row (guard: disjoint).
      for (let j = 0; j < m; j++) {
        store<f64>(
          b + (<usize>(i * m + j) << 3),
          load<f64>(b + (<usize>(i * m + j) << 3)) -
            load<f64>(l + (<usize>(i * n + k) << 3)) * load<f64>(b + (<usize>(k * m + j) << 3)),
        );
      }
    }
    // parallel: yes - each iteration owns one element of the row (guard: disjoint).
    for (let j = 0; j < m; j++) {
      store<f64>(
        b + (<usize>(i * m + j) << 3),
        load<f64>(b + (<usize>(i * m + j) << 3)) / load<f64>(l + (<usize>(i * n + i) << 3)),
      );
    }
  }
}
