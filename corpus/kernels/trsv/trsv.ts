// Solves L x = b in place for a row-major lower triangular L of f64, by rows and by columns.

export function trsv_rows(x: usize, l: usize, n: i32): void {
  // parallel: no - every row needs the solution of the rows above.
  for (let i = 0; i < n; i++) {
    let sum = load<f64>(x + (<usize>i << 3));
    // parallel: no - a float sum keeps its order.
    for (let j = 0; j < i; j++) {
      sum -= load<f64>(l + (<usize>(i * n + j) << 3)) * load<f64>(x + (<usize>j << 3));
    }
    store<f64>(x + (<usize>i << 3), sum / load<f64>(l + (<usize>(i * n + i) << 3)));
  }
}

export function trsv_columns(x: usize, l: usize, n: i32): void {
  // parallel: no - every column needs the element that the columns before have finished.
  for (let j = 0; j < n; j++) {
    const v = load<f64>(x + (<usize>j << 3)) / load<f64>(l + (<usize>(j * n + j) << 3));
    store<f64>(x + (<usize>j << 3), v);
    // parallel: yes - each iteration owns x[i]; the column is read at a runtime stride (guard: disjoint).
    for (let i = j + 1; i < n; i++) {
      const p = x + (<usize>i << 3);
      store<f64>(p, load<f64>(p) - load<f64>(l + (<usize>(i * n + j) << 3)) * v);
    }
  }
}
