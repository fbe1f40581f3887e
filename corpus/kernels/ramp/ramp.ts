// Arrays made from the loop counter alone: the induction variable is data here.

export function ramp_f64(out: usize, n: i32, start: f64, step: f64): void {
  // parallel: yes - each iteration owns out[i], and the counter has a closed form.
  for (let i = 0; i < n; i++) {
    store<f64>(out + (<usize>i << 3), start + step * <f64>i);
  }
}

export function ramp_i64(out: usize, n: i32, start: u64, step: u64): void {
  let v = start;
  // parallel: yes - v is a second induction, closed form start + i * step in wrapping arithmetic.
  for (let i = 0; i < n; i++) {
    store<u64>(out + (<usize>i << 3), v);
    v += step;
  }
}
