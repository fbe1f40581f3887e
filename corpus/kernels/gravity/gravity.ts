// The accelerations of n bodies by each other, f32; bodies are x, y, z and a mass.

export function gravity(a: usize, p: usize, n: i32, soft: f32): void {
  // parallel: yes - each iteration owns three elements of a (guard: disjoint).
  for (let i = 0; i < n; i++) {
    let x: f32 = 0;
    let y: f32 = 0;
    let z: f32 = 0;
    // parallel: no - float sums keep their order.
    for (let j = 0; j < n; j++) {
      const dx = load<f32>(p + (<usize>(4 * j) << 2)) - load<f32>(p + (<usize>(4 * i) << 2));
      const dy = load<f32>(p + (<usize>(4 * j + 1) << 2)) - load<f32>(p + (<usize>(4 * i + 1) << 2));
      const dz = load<f32>(p + (<usize>(4 * j + 2) << 2)) - load<f32>(p + (<usize>(4 * i + 2) << 2));
      const d = dx * dx + dy * dy + dz * dz + soft;
      const f = load<f32>(p + (<usize>(4 * j + 3) << 2)) / (d * sqrt<f32>(d));
      x += f * dx;
      y += f * dy;
      z += f * dz;
    }
    store<f32>(a + (<usize>(3 * i) << 2), x);
    store<f32>(a + (<usize>(3 * i + 1) << 2), y);
    store<f32>(a + (<usize>(3 * i + 2) << 2), z);
  }
}
