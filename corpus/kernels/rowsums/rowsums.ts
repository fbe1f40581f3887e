// Sums and maxima of the rows, and sums of the columns, of a matrix of i32.

export function row_sums(out: usize, x: usize, rows: i32, cols: i32): void {
  // parallel: yes - each iteration owns out[i] (guard: disjoint).
  for (let i = 0; i < rows; i++) {
    let sum = 0;
    // parallel: yes - a wrapping integer sum may be reassociated.
    for (let j = 0; j < cols; j++) {
      sum += load<i32>(x + (<usize>(i * cols + j) << 2));
    }
    store<i32>(out + (<usize>i << 2), sum);
  }
}

export function row_tops(out: usize, x: usize, rows: i32, cols: i32): void {
  // parallel: yes - each iteration owns out[i] (guard: disjoint).
  for (let i = 0; i < rows; i++) {
    let top = i32.MIN_VALUE;
    // parallel: yes - an integer maximum is associative and commutative.
    for (let j = 0; j < cols; j++) {
      top = max(top, load<i32>(x + (<usize>(i * cols + j) << 2)));
    }
    store<i32>(out + (<usize>i << 2), top);
  }
}

export function column_sums(out: usize, x: usize, rows: i32, cols: i32): void {
  // parallel: no - every row adds to the same sums; the loops would have to change places.
  for (let i = 0; i < rows; i++) {
    // parallel: yes - each iteration owns out[j] (guard: disjoint).
    for (let j = 0; j < cols; j++) {
      store<i32>(
        out + (<usize>j << 2),
        load<i32>(out + (<usize>j << 2)) + load<i32>(x + (<usize>(i * cols + j) << 2)),
      );
    }
  }
}
