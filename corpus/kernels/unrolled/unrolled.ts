// y += a * x over f64, unrolled by hand: four elements in each iteration, then the rest.

export function unrolled(y: usize, x: usize, n: i32, a: f64): void {
  let i = 0;
  // parallel: yes - each iteration owns four elements of y (guard: y and x are the same or disjoint).
  for (; i + 4 <= n; i += 4) {
    store<f64>(y + (<usize>i << 3), load<f64>(y + (<usize>i << 3)) + a * load<f64>(x + (<usize>i << 3)));
    store<f64>(
      y + (<usize>(i + 1) << 3),
      load<f64>(y + (<usize>(i + 1) << 3)) + a * load<f64>(x + (<usize>(i + 1) << 3)),
    );
    store<f64>(
      y + (<usize>(i + 2) << 3),
      load<f64>(y + (<usize>(i + 2) << 3)) + a * load<f64>(x + (<usize>(i + 2) << 3)),
    );
    store<f64>(
      y + (<usize>(i + 3) << 3),
      load<f64>(y + (<usize>(i + 3) << 3)) + a * load<f64>(x + (<usize>(i + 3) << 3)),
    );
  }
  // parallel: yes - each iteration owns y[i] (guard: y and x are the same or disjoint).
  for (; i < n; i++) {
    store<f64>(y + (<usize>i << 3), load<f64>(y + (<usize>i << 3)) + a * load<f64>(x + (<usize>i << 3)));
  }
}
