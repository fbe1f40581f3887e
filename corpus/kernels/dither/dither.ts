// Black and white from grey: by an ordered 4 x 4 pattern, and by spreading each pixel's error along its row.

export function ordered(out: usize, src: usize, pattern: usize, rows: i32, cols: i32): void {
  // parallel: yes - each iteration owns one row of out (guard: disjoint).
  for (let i = 0; i < rows; i++) {
    // parallel: yes - each iteration owns one pixel of out.
    for (let j = 0; j < cols; j++) {
      store<u8>(
        out + <usize>(i * cols + j),
        <i32>load<u8>(src + <usize>(i * cols + j)) > <i32>load<u8>(pattern + <usize>(4 * (i & 3) + (j & 3))) ? 255 : 0,
      );
    }
  }
}

export function diffuse(out: usize, src: usize, rows: i32, cols: i32): void {
  // parallel: yes - each iteration owns one row of out and starts with no error (guard: disjoint).
  for (let i = 0; i < rows; i++) {
    let error = 0;
    // parallel: no - each pixel needs the error of the one before.
    for (let j = 0; j < cols; j++) {
      const v = <i32>load<u8>(src + <usize>(i * cols + j)) + error;
      store<u8>(out + <usize>(i * cols + j), v > 127 ? 255 : 0);
      error = v > 127 ? v - 255 : v;
    }
  }
}
