// Exponential smoothing of f64: each output mixes an input with the output before.

export function smooth(out: usize, input: usize, n: i32, a: f64): f64 {
  let level: f64 = 0;
  // parallel: no - every level needs the one before.
  for (let i = 0; i < n; i++) {
    level += a * (load<f64>(input + (<usize>i << 3)) - level);
    store<f64>(out + (<usize>i << 3), level);
  }
  return level;
}
