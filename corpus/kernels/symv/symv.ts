// y = A x for a symmetric matrix of f64 of which only the lower triangle is read.

export function symv(y: usize, a: usize, x: usize, n: i32): void {
  // parallel: yes - each iteration owns y[i] (guard: y is disjoint from a and x).
  for (let i = 0; i < n; i++) {
    let sum: f64 = 0;
    // parallel: no - a float sum keeps its order.
    for (let j = 0; j <= i; j++) {
      sum += load<f64>(a + (<usize>(i * n + j) << 3)) * load<f64>(x + (<usize>j << 3));
    }
    // parallel: no - a float sum keeps its order.
    for (let j = i + 1; j < n; j++) {
      sum += load<f64>(a + (<usize>(j * n + i) << 3)) * load<f64>(x + (<usize>j << 3));
    }
    store<f64>(y + (<usize>i << 3), sum);
  }
}
