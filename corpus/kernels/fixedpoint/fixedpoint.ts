// Fixed-point arithmetic through i64: products of 16.16 numbers, and means that can't overflow.

export function mul_q16(out: usize, a: usize, b: usize, n: i32): void {
  // parallel: yes - each iteration owns out[i].
  for (let i = 0; i < n; i++) {
    const at = <usize>i << 2;
    const product = <i64>load<i32>(a + at) * <i64>load<i32>(b + at);
    store<i32>(out + at, <i32>((product + 0x8000) >> 16));
  }
}

export function mean_i64(out: usize, a: usize, b: usize, n: i32): void {
  // parallel: yes - each iteration owns out[i].
  for (let i = 0; i < n; i++) {
    const at = <usize>i << 3;
    const p = load<i64>(a + at);
    const q = load<i64>(b + at);
    store<i64>(out + at, (p & q) + ((p ^ q) >> 1));
  }
}
