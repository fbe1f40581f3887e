// A += x y^T for a row-major rows x cols matrix of f64.

export function ger(a: usize, x: usize, y: usize, rows: i32, cols: i32): void {
  // parallel: yes - each iteration owns one row of a (guard: a is disjoint from x and y).
  for (let i = 0; i < rows; i++) {
    // parallel: yes - each iteration owns a[i][j].
    for (let j = 0; j < cols; j++) {
      const p = a + (<usize>(i * cols + j) << 3);
      store<f64>(p, load<f64>(p) + load<f64>(x + (<usize>i << 3)) * load<f64>(y + (<usize>j << 3)));
    }
  }
}
