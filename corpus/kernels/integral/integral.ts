// The summed-area table of a grey image, in two passes: along the rows, then down the columns.

export function integral(out: usize, src: usize, rows: i32, cols: i32): void {
  // parallel: yes - each iteration owns one row of out (guard: disjoint).
  for (let i = 0; i < rows; i++) {
    let sum: u32 = 0;
    // parallel: no - every sum needs the one before.
    for (let j = 0; j < cols; j++) {
      sum += <i32>load<u8>(src + <usize>(i * cols + j));
      store<u32>(out + (<usize>(i * cols + j) << 2), sum);
    }
  }
  // parallel: no - every row needs the row above.
  for (let i = 1; i < rows; i++) {
    // parallel: yes - each iteration owns one element of the row.
    for (let j = 0; j < cols; j++) {
      store<u32>(
        out + (<usize>(i * cols + j) << 2),
        load<u32>(out + (<usize>(i * cols + j) << 2)) + load<u32>(out + (<usize>((i - 1) * cols + j) << 2)),
      );
    }
  }
}
