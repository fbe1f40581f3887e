// Mixes two tracks of 16-bit samples with gains in 1/256, cut off at the ends of the range.

export function audiomix(out: usize, a: usize, b: usize, n: i32, gain_a: i32, gain_b: i32): void {
  // parallel: yes - each iteration owns out[i] (guard: the same as a or b, or disjoint).
  for (let i = 0; i < n; i++) {
    const at = <usize>i << 1;
    const v = (<i32>load<i16>(a + at) * gain_a + <i32>load<i16>(b + at) * gain_b) >> 8;
    store<i16>(out + at, <i16>max(min(v, 32767), -32768));
  }
}
