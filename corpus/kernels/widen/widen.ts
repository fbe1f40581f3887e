// Narrow loads and stores: signed 16-bit samples to f32, and an integer mix of signed 8-bit samples.

export function widen(out: usize, input: usize, n: i32, gain: f32): void {
  // parallel: yes - each iteration owns out[i]; the element sizes differ (guard: disjoint).
  for (let i = 0; i < n; i++) {
    store<f32>(out + (<usize>i << 2), gain * <f32>load<i16>(input + (<usize>i << 1)));
  }
}

export function mix_i8(out: usize, a: usize, b: usize, n: i32): void {
  // parallel: yes - each iteration owns out[i].
  for (let i = 0; i < n; i++) {
    const at = <usize>i;
    store<i8>(out + at, <i8>((<i32>load<i8>(a + at) + 3 * <i32>load<i8>(b + at)) >> 2));
  }
}
