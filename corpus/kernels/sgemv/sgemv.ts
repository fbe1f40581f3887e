// y = a A x + b y by rows, f32.

export function sgemv(y: usize, m: usize, x: usize, rows: i32, cols: i32, a: f32, b: f32): void {
  // parallel: yes - each iteration owns y[i] (guard: y is disjoint from m and x).
  for (let i = 0; i < rows; i++) {
    let sum: f32 = 0;
    // parallel: no - a float sum keeps its order.
    for (let j = 0; j < cols; j++) {
      sum += load<f32>(m + (<usize>(i * cols + j) << 2)) * load<f32>(x + (<usize>j << 2));
    }
    store<f32>(y + (<usize>i << 2), a * sum + b * load<f32>(y + (<usize>i << 2)));
  }
}
