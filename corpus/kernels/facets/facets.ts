// Twice the areas of n triangles of the plane, by the numbers of their corners, f32.

export function facets(out: usize, corner: usize, p: usize, n: i32, m: i32): void {
  // parallel: yes - each iteration owns out[i]; what the corners pick is only read (guard: out is disjoint from
  // the others).
  for (let i = 0; i < n; i++) {
    const a = load<u32>(corner + (<usize>(3 * i) << 2));
    const b = load<u32>(corner + (<usize>(3 * i + 1) << 2));
    const c = load<u32>(corner + (<usize>(3 * i + 2) << 2));
    const x = load<f32>(p + (<usize>(2 * b) << 2)) - load<f32>(p + (<usize>(2 * a) << 2));
    const y = load<f32>(p + (<usize>(2 * b + 1) << 2)) - load<f32>(p + (<usize>(2 * a + 1) << 2));
    const u = load<f32>(p + (<usize>(2 * c) << 2)) - load<f32>(p + (<usize>(2 * a) << 2));
    const v = load<f32>(p + (<usize>(2 * c + 1) << 2)) - load<f32>(p + (<usize>(2 * a + 1) << 2));
    store<f32>(out + (<usize>i << 2), x * v - y * u);
  }
}
