// The autocorrelation of n f32 at each lag below m; the input has n + m elements.

export function autocorrelation(out: usize, x: usize, n: i32, m: i32): void {
  // parallel: yes - each iteration owns out[k] (guard: disjoint).
  for (let k = 0; k < m; k++) {
    let sum: f32 = 0;
    // parallel: no - a float sum keeps its order.
    for (let i = 0; i < n; i++) {
      sum += load<f32>(x + (<usize>i << 2)) * load<f32>(x + (<usize>(i + k) << 2));
    }
    store<f32>(out + (<usize>k << 2), sum);
  }
}
