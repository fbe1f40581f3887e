// Imperfect nests: rows times a factor computed before, and a row's first element set after, f64 and i64.

export function rowscale(x: usize, w: usize, rows: i32, cols: i32): void {
  // parallel: yes - each iteration owns one row; w is only read (guard: disjoint).
  for (let i = 0; i < rows; i++) {
    const f = 1.0 / (1.0 + load<f64>(w + (<usize>i << 3)) * load<f64>(w + (<usize>i << 3)));
    // parallel: yes - each iteration owns one element of the row.
    for (let j = 0; j < cols; j++) {
      store<f64>(x + (<usize>(i * cols + j) << 3), load<f64>(x + (<usize>(i * cols + j) << 3)) * f);
    }
  }
}

export function heads(x: usize, rows: i32, cols: i32): void {
  // parallel: yes - each iteration owns one row.
  for (let i = 0; i < rows; i++) {
    // parallel: yes - each iteration owns one element of the row.
    for (let j = 1; j < cols; j++) {
      store<i64>(x + (<usize>(i * cols + j) << 3), load<i64>(x + (<usize>(i * cols + j) << 3)) ^ <i64>i);
    }
    store<i64>(x + (<usize>(i * cols) << 3), <i64>i);
  }
}
