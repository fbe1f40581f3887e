// A Gauss filter of five taps, 1 4 6 4 1, along the rows and along the columns of a grey image; the border stays.

export function gauss_rows(out: usize, src: usize, rows: i32, cols: i32): void {
  // parallel: yes - each iteration owns one row of out (guard: disjoint).
  for (let i = 0; i < rows; i++) {
    // parallel: yes - each iteration owns one pixel of out.
    for (let j = 2; j < cols - 2; j++) {
      const at = i * cols + j;
      store<u8>(
        out + <usize>at,
        (<i32>load<u8>(src + <usize>(at - 2)) +
          4 * <i32>load<u8>(src + <usize>(at - 1)) +
          6 * <i32>load<u8>(src + <usize>at) +
          4 * <i32>load<u8>(src + <usize>(at + 1)) +
          <i32>load<u8>(src + <usize>(at + 2)) +
          8) >>
          4,
      );
    }
  }
}

export function gauss_columns(out: usize, src: usize, rows: i32, cols: i32): void {
  // parallel: yes - each iteration owns one row of out (guard: disjoint).
  for (let i = 2; i < rows - 2; i++) {
    // parallel: yes - each iteration owns one pixel of out.
    for (let j = 0; j < cols; j++) {
      const at = i * cols + j;
      const near = <i32>load<u8>(src + <usize>(at - cols)) + <i32>load<u8>(src + <usize>(at + cols));
      store<u8>(
        out + <usize>at,
        (<i32>load<u8>(src + <usize>(at - 2 * cols)) +
          4 * near +
          6 * <i32>load<u8>(src + <usize>at) +
          <i32>load<u8>(src + <usize>(at + 2 * cols)) +
          8) >>
          4,
      );
    }
  }
}
