// Interleaved 8-bit RGB to three planes: luma and two colour differences, in integers.

export function yuv(y: usize, u: usize, v: usize, rgb: usize, n: i32): void {
  // parallel: yes - each iteration owns one byte of each plane (guard: the four arrays are disjoint).
  for (let i = 0; i < n; i++) {
    const p = rgb + 3 * <usize>i;
    const r = <i32>load<u8>(p);
    const g = <i32>load<u8>(p, 1);
    const b = <i32>load<u8>(p, 2);
    store<u8>(y + <usize>i, ((66 * r + 129 * g + 25 * b + 128) >> 8) + 16);
    store<u8>(u + <usize>i, ((-38 * r - 74 * g + 112 * b + 128) >> 8) + 128);
    store<u8>(v + <usize>i, ((112 * r - 94 * g - 18 * b + 128) >> 8) + 128);
  }
}
