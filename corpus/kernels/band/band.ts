// y = A x for a band matrix of f64 with w diagonals on either side, stored by rows of 2 w + 1.

export function band(y: usize, a: usize, x: usize, n: i32, w: i32): void {
  // parallel: yes - each iteration owns y[i] (guard: y is disjoint from a and x).
  for (let i = 0; i < n; i++) {
    const to = min(n, i + w + 1);
    let sum: f64 = 0;
    // parallel: no - a float sum keeps its order.
    for (let j = max(0, i - w); j < to; j++) {
      sum += load<f64>(a + (<usize>(i * (2 * w + 1) + j - i + w) << 3)) * load<f64>(x + (<usize>j << 3));
    }
    store<f64>(y + (<usize>i << 3), sum);
  }
}
