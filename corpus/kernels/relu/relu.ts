// Rectifiers of f32: the plain one and the one with a slope below zero.

export function relu(x: usize, n: i32): void {
  // parallel: yes - each iteration owns x[i].
  for (let i = 0; i < n; i++) {
    const v = load<f32>(x + (<usize>i << 2));
    store<f32>(x + (<usize>i << 2), v > 0 ? v : 0);
  }
}

export function leaky(out: usize, x: usize, n: i32, slope: f32): void {
  // parallel: yes - each iteration owns out[i] (guard: out and x are the same or disjoint).
  for (let i = 0; i < n; i++) {
    const v = load<f32>(x + (<usize>i << 2));
    if (v > 0) {
      store<f32>(out + (<usize>i << 2), v);
    } else {
      store<f32>(out + (<usize>i << 2), v * slope);
    }
  }
}
