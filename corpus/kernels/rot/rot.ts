// Rotates the pairs (x, y) of two arrays by one angle, in place, f64.

export function rot(x: usize, y: usize, n: i32, c: f64, s: f64): void {
  // parallel: yes - each iteration owns x[i] and y[i] (guard: x and y are disjoint).
  for (let i = 0; i < n; i++) {
    const p = x + (<usize>i << 3);
    const q = y + (<usize>i << 3);
    const v = c * load<f64>(p) + s * load<f64>(q);
    store<f64>(q, c * load<f64>(q) - s * load<f64>(p));
    store<f64>(p, v);
  }
}
