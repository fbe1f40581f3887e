// The covariance of the columns of a matrix of f64: means, centring, products.

export function covariance(cov: usize, mean: usize, a: usize, rows: i32, cols: i32): void {
  // parallel: yes - each iteration owns mean[j] (guard: mean and a are disjoint).
  for (let j = 0; j < cols; j++) {
    let sum: f64 = 0;
    // parallel: no - a float sum keeps its order.
    for (let i = 0; i < rows; i++) {
      sum += load<f64>(a + (<usize>(i * cols + j) << 3));
    }
    store<f64>(mean + (<usize>j << 3), sum / rows);
  }
  // parallel: yes - each iteration owns one row of a (guard: mean and a are disjoint).
  for (let i = 0; i < rows; i++) {
    // parallel: yes - each iteration owns one element of the row.
    for (let j = 0; j < cols; j++) {
      store<f64>(
        a + (<usize>(i * cols + j) << 3),
        load<f64>(a + (<usize>(i * cols + j) << 3)) - load<f64>(mean + (<usize>j << 3)),
      );
    }
  }
  // parallel: yes - each iteration owns the row and the column of cov from its diagonal on (guard: cov and a are
  // disjoint).
  for (let x = 0; x < cols; x++) {
    // parallel: yes - each iteration owns one element and its mirror image.
    for (let y = x; y < cols; y++) {
      let sum: f64 = 0;
      // parallel: no - a float sum keeps its order.
      for (let i = 0; i < rows; i++) {
        sum += load<f64>(a + (<usize>(i * cols + x) << 3)) * load<f64>(a + (<usize>(i * cols + y) << 3));
      }
      store<f64>(cov + (<usize>(x * cols + y) << 3), sum / (rows - 1));
      store<f64>(cov + (<usize>(y * cols + x) << 3), sum / (rows - 1));
    }
  }
}
