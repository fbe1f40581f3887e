// The mean of each pixel's 3 x 3 neighbourhood, u8; the rim of `out` is left alone.

export function boxblur(out: usize, input: usize, rows: i32, cols: i32): void {
  // parallel: yes - each iteration owns one row of out; input is only read (guard: disjoint).
  for (let i = 1; i < rows - 1; i++) {
    // parallel: yes - each iteration owns one byte of out.
    for (let j = 1; j < cols - 1; j++) {
      let sum: u32 = 0;
      // parallel: yes - a wrapping integer sum; three rows of the window.
      for (let k = i - 1; k <= i + 1; k++) {
        const p = input + <usize>(k * cols + j);
        sum += <u32>load<u8>(p - 1) + <u32>load<u8>(p) + <u32>load<u8>(p, 1);
      }
      store<u8>(out + <usize>(i * cols + j), <u8>(sum / 9));
    }
  }
}
