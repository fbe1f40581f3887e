// q = A p and s += A^T r in one sweep over a matrix of f64.

export function bicg(s: usize, q: usize, a: usize, p: usize, r: usize, rows: i32, cols: i32): void {
  // parallel: no - every row adds to the same sums s.
  for (let i = 0; i < rows; i++) {
    let sum: f64 = 0;
    // parallel: no - a float sum keeps its order.
    for (let j = 0; j < cols; j++) {
      store<f64>(
        s + (<usize>j << 3),
        load<f64>(s + (<usize>j << 3)) +
          load<f64>(r + (<usize>i << 3)) * load<f64>(a + (<usize>(i * cols + j) << 3)),
      );
      sum += load<f64>(a + (<usize>(i * cols + j) << 3)) * load<f64>(p + (<usize>j << 3));
    }
    store<f64>(q + (<usize>i << 3), sum);
  }
}
