// y = A x for sparse matrices of f64: compressed rows, rows of equal length, and triples.

export function spmv_csr(y: usize, start: usize, col: usize, a: usize, x: usize, n: i32, m: i32, k: i32): void {
  // parallel: yes - each iteration owns y[i]; what the columns pick is only read (guard: y is disjoint from the
  // others).
  for (let i = 0; i < n; i++) {
    const to = load<u32>(start + (<usize>(i + 1) << 2));
    let sum: f64 = 0;
    // parallel: no - a float sum keeps its order.
    for (let p = load<u32>(start + (<usize>i << 2)); p < to; p++) {
      const c = load<u32>(col + (<usize>p << 2));
      sum += load<f64>(a + (<usize>p << 3)) * load<f64>(x + (<usize>c << 3));
    }
    store<f64>(y + (<usize>i << 3), sum);
  }
}

export function spmv_ell(y: usize, col: usize, a: usize, x: usize, n: i32, w: i32, k: i32): void {
  // parallel: yes - each iteration owns y[i]; what the columns pick is only read (guard: y is disjoint from the
  // others).
  for (let i = 0; i < n; i++) {
    let sum: f64 = 0;
    // parallel: no - a float sum keeps its order.
    for (let p = 0; p < w; p++) {
      const c = load<u32>(col + (<usize>(p * n + i) << 2));
      sum += load<f64>(a + (<usize>(p * n + i) << 3)) * load<f64>(x + (<usize>c << 3));
    }
    store<f64>(y + (<usize>i << 3), sum);
  }
}

export function spmv_coo(y: usize, row: usize, col: usize, a: usize, x: usize, n: i32, m: i32, k: i32): void {
  // parallel: no - two triples may add to the same element, and float sums keep their order.
  for (let p = 0; p < m; p++) {
    const r = load<u32>(row + (<usize>p << 2));
    const c = load<u32>(col + (<usize>p << 2));
    store<f64>(
      y + (<usize>r << 3),
      load<f64>(y + (<usize>r << 3)) + load<f64>(a + (<usize>p << 3)) * load<f64>(x + (<usize>c << 3)),
    );
  }
}
