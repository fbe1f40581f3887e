// y = U x for an upper triangle of f32.

export function trmv(y: usize, u: usize, x: usize, n: i32): void {
  // parallel: yes - each iteration owns y[i] (guard: y is disjoint from u and x).
  for (let i = 0; i < n; i++) {
    let sum: f32 = 0;
    // parallel: no - a float sum keeps its order.
    for (let j = i; j < n; j++) {
      sum += load<f32>(u + (<usize>(i * n + j) << 2)) * load<f32>(x + (<usize>j << 2));
    }
    store<f32>(y + (<usize>i << 2), sum);
  }
}
