// Several steps of heat diffusion on a line of f64, each into a second array and back.

export function heat1d(a: usize, b: usize, n: i32, steps: i32): void {
  // parallel: no - every step needs the step before.
  for (let t = 0; t < steps; t++) {
    // parallel: yes - each iteration owns b[i]; a is only read (guard: disjoint).
    for (let i = 1; i < n - 1; i++) {
      store<f64>(
        b + (<usize>i << 3),
        0.25 * load<f64>(a + (<usize>(i - 1) << 3)) +
          0.5 * load<f64>(a + (<usize>i << 3)) +
          0.25 * load<f64>(a + (<usize>(i + 1) << 3)),
      );
    }
    // parallel: yes - each iteration owns a[i]; b is only read (guard: disjoint).
    for (let i = 1; i < n - 1; i++) {
      store<f64>(
        a + (<usize>i << 3),
        0.25 * load<f64>(b + (<usize>(i - 1) << 3)) +
          0.5 * load<f64>(b + (<usize>i << 3)) +
          0.25 * load<f64>(b + (<usize>(i + 1) << 3)),
      );
    }
  }
}
