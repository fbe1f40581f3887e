// Dot product of f64 vectors.

export function dot(x: usize, y: usize, n: i32): f64 {
  let sum: f64 = 0;
  // parallel: no - a float sum keeps its order.
  for (let i = 0; i < n; i++) {
    const at = <usize>i << 3;
    sum += load<f64>(x + at) * load<f64>(y + at);
  }
  return sum;
}
