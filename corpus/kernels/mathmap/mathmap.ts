// Wasm's own float functions on each element: square root, sign operations, clamping by comparison, rounding.

export function norms(out: usize, input: usize, n: i32, sign: f64): void {
  // parallel: yes - each iteration owns out[i].
  for (let i = 0; i < n; i++) {
    const at = <usize>i << 3;
    store<f64>(out + at, copysign<f64>(sqrt<f64>(abs<f64>(load<f64>(input + at))), sign));
  }
}

export function clamp_f32(x: usize, n: i32, low: f32, high: f32): void {
  // parallel: yes - each iteration reads and writes only x[i].
  for (let i = 0; i < n; i++) {
    const at = x + (<usize>i << 2);
    let v = load<f32>(at);
    v = v < low ? low : v;
    v = v > high ? high : v;
    store<f32>(at, v);
  }
}

export function round_f64(x: usize, n: i32): void {
  // parallel: yes - each iteration reads and writes only x[i].
  for (let i = 0; i < n; i++) {
    const at = x + (<usize>i << 3);
    const v = load<f64>(at);
    store<f64>(at, floor<f64>(v) * 4.0 + ceil<f64>(-v) + trunc<f64>(v) / 3.0 - nearest<f64>(v));
  }
}
