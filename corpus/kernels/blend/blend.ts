// Two ways to lay one 8-bit image over another: a saturating sum, and a mix by a mask.

export function add_saturating(dst: usize, src: usize, n: i32): void {
  // parallel: yes - each iteration reads and writes one byte of dst (guard: the same or disjoint).
  for (let i = 0; i < n; i++) {
    const v = <u32>load<u8>(dst + <usize>i) + <u32>load<u8>(src + <usize>i);
    store<u8>(dst + <usize>i, <u8>min<u32>(v, 255));
  }
}

export function mix_by_mask(out: usize, a: usize, b: usize, mask: usize, n: i32): void {
  // parallel: yes - each iteration owns one byte of out (guard: disjoint from the others).
  for (let i = 0; i < n; i++) {
    const m = <u32>load<u8>(mask + <usize>i);
    const mixed = <u32>load<u8>(a + <usize>i) * m + <u32>load<u8>(b + <usize>i) * (255 - m);
    store<u8>(out + <usize>i, <u8>((mixed + 127) / 255));
  }
}
