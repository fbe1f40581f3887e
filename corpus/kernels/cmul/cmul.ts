// Products of complex numbers stored as interleaved re, im pairs of f64.

export function cmul(out: usize, a: usize, b: usize, n: i32): void {
  // parallel: yes - each iteration owns the 16 bytes of one pair of out (guard: out is disjoint from a and b).
  for (let i = 0; i < n; i++) {
    const at = <usize>i << 4;
    const ar = load<f64>(a + at);
    const ai = load<f64>(a + at, 8);
    const br = load<f64>(b + at);
    const bi = load<f64>(b + at, 8);
    store<f64>(out + at, ar * br - ai * bi);
    store<f64>(out + at, ar * bi + ai * br, 8);
  }
}
