// Cross products of n pairs of vectors of three f64, one after the other.

export function cross(out: usize, a: usize, b: usize, n: i32): void {
  // parallel: yes - each iteration owns the three elements of its product (guard: out is disjoint from a and b).
  for (let i = 0; i < n; i++) {
    const x = load<f64>(a + (<usize>(3 * i) << 3));
    const y = load<f64>(a + (<usize>(3 * i + 1) << 3));
    const z = load<f64>(a + (<usize>(3 * i + 2) << 3));
    const u = load<f64>(b + (<usize>(3 * i) << 3));
    const v = load<f64>(b + (<usize>(3 * i + 1) << 3));
    const w = load<f64>(b + (<usize>(3 * i + 2) << 3));
    store<f64>(out + (<usize>(3 * i) << 3), y * w - z * v);
    store<f64>(out + (<usize>(3 * i + 1) << 3), z * u - x * w);
    store<f64>(out + (<usize>(3 * i + 2) << 3), x * v - y * u);
  }
}
