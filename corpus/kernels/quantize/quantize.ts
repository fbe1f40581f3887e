// f32 to i8: scaled, rounded to the nearest even, cut off at the ends of the range; a NaN traps.

export function quantize(out: usize, input: usize, n: i32, scale: f32): void {
  // parallel: yes - each iteration owns out[i]; loads are four times as wide as stores (guard: disjoint).
  for (let i = 0; i < n; i++) {
    const v = nearest<f32>(load<f32>(input + (<usize>i << 2)) * scale);
    store<i8>(out + <usize>i, <i8>max<f32>(min<f32>(v, 127.0), -128.0));
  }
}
