// Brown tones: each new colour is a weighted sum of the three old ones; alpha stays.

export function sepia(dst: usize, src: usize, n: i32): void {
  // parallel: yes - each iteration owns the four bytes of its pixel (guard: dst and src are the same or
  // disjoint).
  for (let i = 0; i < n; i++) {
    const r = <i32>load<u8>(src + <usize>(4 * i));
    const g = <i32>load<u8>(src + <usize>(4 * i + 1));
    const b = <i32>load<u8>(src + <usize>(4 * i + 2));
    const a = <i32>load<u8>(src + <usize>(4 * i + 3));
    store<u8>(dst + <usize>(4 * i), min(255, (402 * r + 787 * g + 194 * b) >> 10));
    store<u8>(dst + <usize>(4 * i + 1), min(255, (357 * r + 702 * g + 172 * b) >> 10));
    store<u8>(dst + <usize>(4 * i + 2), (279 * r + 547 * g + 134 * b) >> 10);
    store<u8>(dst + <usize>(4 * i + 3), a);
  }
}
