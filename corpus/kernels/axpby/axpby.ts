// y = a * x + b * y over f32.

export function axpby(y: usize, x: usize, n: i32, a: f32, b: f32): void {
  // parallel: yes - each iteration owns y[i]; x is only read (guard: y and x are the same or disjoint).
  for (let i = 0; i < n; i++) {
    store<f32>(y + (<usize>i << 2), a * load<f32>(x + (<usize>i << 2)) + b * load<f32>(y + (<usize>i << 2)));
  }
}
