// Moves n particles of two places and two speeds, and reflects them at the walls of the unit square.

export function particles(p: usize, n: i32, dt: f32): void {
  // parallel: yes - each iteration owns the four numbers of its particle.
  for (let i = 0; i < n; i++) {
    const x = load<f32>(p + (<usize>(4 * i) << 2)) + dt * load<f32>(p + (<usize>(4 * i + 2) << 2));
    const y = load<f32>(p + (<usize>(4 * i + 1) << 2)) + dt * load<f32>(p + (<usize>(4 * i + 3) << 2));
    if (x < 0 || x > 1) {
      store<f32>(p + (<usize>(4 * i + 2) << 2), -load<f32>(p + (<usize>(4 * i + 2) << 2)));
    }
    if (y < 0 || y > 1) {
      store<f32>(p + (<usize>(4 * i + 3) << 2), -load<f32>(p + (<usize>(4 * i + 3) << 2)));
    }
    store<f32>(p + (<usize>(4 * i) << 2), x);
    store<f32>(p + (<usize>(4 * i + 1) << 2), y);
  }
}
