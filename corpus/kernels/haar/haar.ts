// One level of the Haar wavelet, and back, f32.

export function haar(low: usize, high: usize, x: usize, n: i32): void {
  // parallel: yes - each iteration owns low[i] and high[i] (guard: the three arrays are disjoint).
  for (let i = 0; i < n; i++) {
    store<f32>(
      low + (<usize>i << 2),
      (load<f32>(x + (<usize>(2 * i) << 2)) + load<f32>(x + (<usize>(2 * i + 1) << 2))) * <f32>0.5,
    );
    store<f32>(
      high + (<usize>i << 2),
      (load<f32>(x + (<usize>(2 * i) << 2)) - load<f32>(x + (<usize>(2 * i + 1) << 2))) * <f32>0.5,
    );
  }
}

export function haar_back(x: usize, low: usize, high: usize, n: i32): void {
  // parallel: yes - each iteration owns two elements of x (guard: the three arrays are disjoint).
  for (let i = 0; i < n; i++) {
    store<f32>(x + (<usize>(2 * i) << 2), load<f32>(low + (<usize>i << 2)) + load<f32>(high + (<usize>i << 2)));
    store<f32>(
      x + (<usize>(2 * i + 1) << 2),
      load<f32>(low + (<usize>i << 2)) - load<f32>(high + (<usize>i << 2)),
    );
  }
}
