// y += A x, column by column: the innermost loop is an axpy over the rows. A is stored by columns.

export function gemv(y: usize, a: usize, x: usize, rows: i32, cols: i32): void {
  // parallel: no - every column adds to the same y, in order.
  for (let j = 0; j < cols; j++) {
    const alpha = load<f64>(x + (<usize>j << 3));
    const column = a + (<usize>(j * rows) << 3);
    // parallel: yes - each iteration owns y[i]; the column is only read (guard: disjoint).
    for (let i = 0; i < rows; i++) {
      const at = <usize>i << 3;
      store<f64>(y + at, load<f64>(y + at) + alpha * load<f64>(column + at));
    }
  }
}
