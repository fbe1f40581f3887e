// Lays premultiplied RGBA pixels over others: every channel of the lower one is weakened by the alpha of the upper
// one.

export function over(dst: StaticArray<u8>, src: StaticArray<u8>, n: i32): void {
  // parallel: yes - each iteration owns the four bytes of its pixel (guard: dst and src are the same or
  // disjoint).
  for (let i = 0; i < n; i++) {
    const rest = 255 - <i32>unchecked(src[4 * i + 3]);
    // parallel: yes - each iteration owns one byte.
    for (let c = 0; c < 4; c++) {
      const v = <i32>unchecked(src[4 * i + c]) + (<i32>unchecked(dst[4 * i + c]) * rest + 127) / 255;
      unchecked((dst[4 * i + c] = <u8>min(255, v)));
    }
  }
}
