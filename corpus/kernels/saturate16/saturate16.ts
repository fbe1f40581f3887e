// Saturating sums of i16 and rounded means of u16.

export function add_i16(out: usize, a: usize, b: usize, n: i32): void {
  // parallel: yes - each iteration owns out[i] (guard: out is the same as a and b or disjoint).
  for (let i = 0; i < n; i++) {
    const sum = <i32>load<i16>(a + (<usize>i << 1)) + <i32>load<i16>(b + (<usize>i << 1));
    store<i16>(out + (<usize>i << 1), max(-32768, min(32767, sum)));
  }
}

export function mean_u16(out: usize, a: usize, b: usize, n: i32): void {
  // parallel: yes - each iteration owns out[i] (guard: out is the same as a and b or disjoint).
  for (let i = 0; i < n; i++) {
    store<u16>(
      out + (<usize>i << 1),
      (<i32>load<u16>(a + (<usize>i << 1)) + <i32>load<u16>(b + (<usize>i << 1)) + 1) >> 1,
    );
  }
}
