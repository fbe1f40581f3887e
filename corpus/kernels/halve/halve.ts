// A grey image at half its size, by means of 2 x 2 pixels, and at double its size, by repetition.

export function halve(out: usize, src: usize, rows: i32, cols: i32): void {
  // parallel: yes - each iteration owns one row of out (guard: disjoint).
  for (let i = 0; i < rows; i++) {
    // parallel: yes - each iteration owns one pixel of out.
    for (let j = 0; j < cols; j++) {
      const at = 4 * i * cols + 2 * j;
      const sum =
        <i32>load<u8>(src + <usize>at) +
        <i32>load<u8>(src + <usize>(at + 1)) +
        <i32>load<u8>(src + <usize>(at + 2 * cols)) +
        <i32>load<u8>(src + <usize>(at + 2 * cols + 1));
      store<u8>(out + <usize>(i * cols + j), (sum + 2) >> 2);
    }
  }
}

export function double_size(out: usize, src: usize, rows: i32, cols: i32): void {
  // parallel: yes - each iteration owns one row of out (guard: disjoint).
  for (let i = 0; i < 2 * rows; i++) {
    // parallel: yes - each iteration owns one pixel of out.
    for (let j = 0; j < 2 * cols; j++) {
      store<u8>(out + <usize>(2 * i * cols + j), <i32>load<u8>(src + <usize>((i >> 1) * cols + (j >> 1))));
    }
  }
}
