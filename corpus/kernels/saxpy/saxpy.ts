// y += a * x over f32.

export function saxpy(y: usize, x: usize, n: i32, a: f32): void {
  // parallel: yes - each iteration owns y[i]; x is only read (guard: y and x are the same or disjoint).
  for (let i = 0; i < n; i++) {
    const at = <usize>i << 2;
    store<f32>(y + at, load<f32>(y + at) + a * load<f32>(x + at));
  }
}
