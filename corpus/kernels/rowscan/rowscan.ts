// Along the rows of a matrix of i32: running sums, running maxima, and the differences that undo the sums.

export function running_sums(x: usize, rows: i32, cols: i32): void {
  // parallel: yes - each iteration owns one row.
  for (let i = 0; i < rows; i++) {
    // parallel: no - every sum needs the one before.
    for (let j = 1; j < cols; j++) {
      store<i32>(
        x + (<usize>(i * cols + j) << 2),
        load<i32>(x + (<usize>(i * cols + j) << 2)) + load<i32>(x + (<usize>(i * cols + j - 1) << 2)),
      );
    }
  }
}

export function running_tops(out: usize, x: usize, rows: i32, cols: i32): void {
  // parallel: yes - each iteration owns one row of out (guard: disjoint).
  for (let i = 0; i < rows; i++) {
    let top = i32.MIN_VALUE;
    // parallel: no - every iteration stores the running maximum, so the accumulator has another use.
    for (let j = 0; j < cols; j++) {
      top = max(top, load<i32>(x + (<usize>(i * cols + j) << 2)));
      store<i32>(out + (<usize>(i * cols + j) << 2), top);
    }
  }
}

export function differences(out: usize, x: usize, rows: i32, cols: i32): void {
  // parallel: yes - each iteration owns one row of out (guard: disjoint).
  for (let i = 0; i < rows; i++) {
    // parallel: yes - each iteration owns one element of out.
    for (let j = 1; j < cols; j++) {
      store<i32>(
        out + (<usize>(i * cols + j) << 2),
        load<i32>(x + (<usize>(i * cols + j) << 2)) - load<i32>(x + (<usize>(i * cols + j - 1) << 2)),
      );
    }
  }
}
