// Three planes, the two of colours halved in both directions, to packed RGB.

export function yuv420(rgb: usize, y: usize, u: usize, v: usize, rows: i32, cols: i32): void {
  // parallel: yes - each iteration owns one row of rgb (guard: disjoint).
  for (let i = 0; i < 2 * rows; i++) {
    // parallel: yes - each iteration owns the three bytes of its pixel.
    for (let j = 0; j < 2 * cols; j++) {
      const l = 298 * (<i32>load<u8>(y + <usize>(2 * i * cols + j)) - 16) + 128;
      const d = <i32>load<u8>(u + <usize>((i >> 1) * cols + (j >> 1))) - 128;
      const e = <i32>load<u8>(v + <usize>((i >> 1) * cols + (j >> 1))) - 128;
      const at = 3 * (2 * i * cols + j);
      store<u8>(rgb + <usize>at, max(0, min(255, (l + 409 * e) >> 8)));
      store<u8>(rgb + <usize>(at + 1), max(0, min(255, (l - 100 * d - 208 * e) >> 8)));
      store<u8>(rgb + <usize>(at + 2), max(0, min(255, (l + 516 * d) >> 8)));
    }
  }
}
