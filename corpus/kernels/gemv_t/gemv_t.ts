// y = A^T x for a row-major rows x cols matrix of f64: each element of y walks down a column.

export function gemv_t(y: usize, a: usize, x: usize, rows: i32, cols: i32): void {
  // parallel: yes - each iteration owns y[j] (guard: y is disjoint from a and x).
  for (let j = 0; j < cols; j++) {
    let sum: f64 = 0;
    // parallel: no - a float sum keeps its order.
    for (let i = 0; i < rows; i++) {
      sum += load<f64>(a + (<usize>(i * cols + j) << 3)) * load<f64>(x + (<usize>i << 3));
    }
    store<f64>(y + (<usize>j << 3), sum);
  }
}
