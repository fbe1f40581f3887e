// Applies the reflection I - b v v^T to the columns of a matrix of f64; w receives what is subtracted.

export function householder(a: usize, v: usize, w: usize, rows: i32, cols: i32, b: f64): void {
  // parallel: yes - each iteration owns w[j] (guard: w is disjoint from a and v).
  for (let j = 0; j < cols; j++) {
    let sum: f64 = 0;
    // parallel: no - a float sum keeps its order.
    for (let i = 0; i < rows; i++) {
      sum += load<f64>(v + (<usize>i << 3)) * load<f64>(a + (<usize>(i * cols + j) << 3));
    }
    store<f64>(w + (<usize>j << 3), b * sum);
  }
  // parallel: yes - each iteration owns one row of a (guard: a is disjoint from v and w).
  for (let i = 0; i < rows; i++) {
    // parallel: yes - each iteration owns one element of the row.
    for (let j = 0; j < cols; j++) {
      store<f64>(
        a + (<usize>(i * cols + j) << 3),
        load<f64>(a + (<usize>(i * cols + j) << 3)) -
          load<f64>(v + (<usize>i << 3)) * load<f64>(w + (<usize>j << 3)),
      );
    }
  }
}
