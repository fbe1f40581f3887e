// f64 to i32 by the trapping conversion, which asc uses where it may not saturate: NaN and values out of range trap.

export function trunc_f64(out: usize, input: usize, n: i32): void {
  // parallel: yes - each iteration owns out[i]; the trap is a bail.
  for (let i = 0; i < n; i++) {
    store<i32>(out + (<usize>i << 2), <i32>load<f64>(input + (<usize>i << 3)));
  }
}
