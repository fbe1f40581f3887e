// Loops whose counters and lengths are 64 bits wide: y += a * x, and every third element.

export function saxpy64(y: usize, x: usize, n: i64, a: f32): void {
  // parallel: yes - each iteration owns y[i]; x is only read (guard: y and x are the same or disjoint).
  for (let i: i64 = 0; i < n; i++) {
    store<f32>(y + (<usize>i << 2), load<f32>(y + (<usize>i << 2)) + a * load<f32>(x + (<usize>i << 2)));
  }
}

export function thirds(out: usize, x: usize, n: i64): void {
  // parallel: yes - each iteration owns one element of out (guard: disjoint).
  for (let i: i64 = 0; i < n; i += 3) {
    store<f64>(out + (<usize>(i / 3) << 3), load<f64>(x + (<usize>i << 3)) * 0.5);
  }
}
