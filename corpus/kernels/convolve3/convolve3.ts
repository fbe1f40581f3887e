// A 3 x 3 convolution of a grey image with weights of i16, shifted and clamped.

export function convolve3(out: usize, src: usize, w: usize, rows: i32, cols: i32, shift: i32): void {
  // parallel: yes - each iteration owns one row of out (guard: out is disjoint from src and w).
  for (let i = 1; i < rows - 1; i++) {
    // parallel: yes - each iteration owns one pixel of out.
    for (let j = 1; j < cols - 1; j++) {
      let sum = 0;
      // parallel: yes - a wrapping integer sum may be reassociated.
      for (let y = 0; y < 3; y++) {
        // parallel: yes - a wrapping integer sum may be reassociated.
        for (let x = 0; x < 3; x++) {
          sum +=
            <i32>load<i16>(w + (<usize>(3 * y + x) << 1)) *
            <i32>load<u8>(src + <usize>((i + y - 1) * cols + j + x - 1));
        }
      }
      store<u8>(out + <usize>(i * cols + j), max(0, min(255, sum >> shift)));
    }
  }
}
