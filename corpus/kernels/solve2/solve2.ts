// Solves n systems of two unknowns, f64; the determinant decides between the solution and zeros.

export function solve2(x: usize, a: usize, b: usize, n: i32): void {
  // parallel: yes - each iteration owns one solution (guard: x is disjoint from a and b).
  for (let i = 0; i < n; i++) {
    const d =
      load<f64>(a + (<usize>(4 * i) << 3)) * load<f64>(a + (<usize>(4 * i + 3) << 3)) -
      load<f64>(a + (<usize>(4 * i + 1) << 3)) * load<f64>(a + (<usize>(4 * i + 2) << 3));
    let p: f64 = 0;
    let q: f64 = 0;
    if (d != 0) {
      p =
        (load<f64>(a + (<usize>(4 * i + 3) << 3)) * load<f64>(b + (<usize>(2 * i) << 3)) -
          load<f64>(a + (<usize>(4 * i + 1) << 3)) * load<f64>(b + (<usize>(2 * i + 1) << 3))) /
        d;
      q =
        (load<f64>(a + (<usize>(4 * i) << 3)) * load<f64>(b + (<usize>(2 * i + 1) << 3)) -
          load<f64>(a + (<usize>(4 * i + 2) << 3)) * load<f64>(b + (<usize>(2 * i) << 3))) /
        d;
    }
    store<f64>(x + (<usize>(2 * i) << 3), p);
    store<f64>(x + (<usize>(2 * i + 1) << 3), q);
  }
}
