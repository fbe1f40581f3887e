// Packed 8-bit RGB to luma: three interleaved reads for each byte written.

export function gray(dst: usize, rgb: usize, n: i32): void {
  // parallel: yes - each iteration owns dst[i]; rgb is read with stride 3 (guard: disjoint).
  for (let i = 0; i < n; i++) {
    const p = rgb + 3 * <usize>i;
    const luma = 77 * <u32>load<u8>(p) + 150 * <u32>load<u8>(p, 1) + 29 * <u32>load<u8>(p, 2);
    store<u8>(dst + <usize>i, <u8>(luma >> 8));
  }
}
