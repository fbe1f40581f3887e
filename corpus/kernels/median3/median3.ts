// The median of each byte and its two neighbours.

export function median3(out: usize, src: usize, n: i32): void {
  // parallel: yes - each iteration owns out[i] (guard: disjoint).
  for (let i = 1; i < n - 1; i++) {
    const a = <i32>load<u8>(src + <usize>(i - 1));
    const b = <i32>load<u8>(src + <usize>i);
    const c = <i32>load<u8>(src + <usize>(i + 1));
    store<u8>(out + <usize>i, max(min(a, b), min(max(a, b), c)));
  }
}
