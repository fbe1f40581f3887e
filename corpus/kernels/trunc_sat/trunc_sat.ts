// f64 to i32, saturating, NaN to 0.

export function trunc_sat(out: usize, input: usize, n: i32): void {
  // parallel: yes - each iteration owns out[i]; nothing traps.
  for (let i = 0; i < n; i++) {
    store<i32>(out + (<usize>i << 2), <i32>load<f64>(input + (<usize>i << 3)));
  }
}
