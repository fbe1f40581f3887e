// Rows of f32 in place: softmax with a polynomial for the exponential, and normalisation to mean 0 and variance 1.

// e to the x for x <= 0: the 32nd power of a polynomial.
function power(x: f32): f32 {
  const t: f32 = x * 0.03125;
  let p: f32 = <f32>1.0 + t * (<f32>1.0 + t * (<f32>0.5 + t * <f32>0.16666667));
  p = p < 0 ? 0 : p;
  p *= p;
  p *= p;
  p *= p;
  p *= p;
  return p * p;
}

export function softmax(x: usize, rows: i32, cols: i32): void {
  // parallel: yes - each iteration owns one row.
  for (let i = 0; i < rows; i++) {
    let top = load<f32>(x + (<usize>(i * cols) << 2));
    let sum: f32 = 0;
    // parallel: yes - a comparison picks the largest; whether a zero is -0 may depend on the order, and then the loop decides.
    for (let j = 1; j < cols; j++) {
      const v = load<f32>(x + (<usize>(i * cols + j) << 2));
      top = v > top ? v : top;
    }
    // parallel: no - the sum of the powers keeps its order.
    for (let j = 0; j < cols; j++) {
      const v = power(load<f32>(x + (<usize>(i * cols + j) << 2)) - top);
      store<f32>(x + (<usize>(i * cols + j) << 2), v);
      sum += v;
    }
    // parallel: yes - each iteration owns one element of the row.
    for (let j = 0; j < cols; j++) {
      store<f32>(x + (<usize>(i * cols + j) << 2), load<f32>(x + (<usize>(i * cols + j) << 2)) / sum);
    }
  }
}

export function layernorm(x: usize, rows: i32, cols: i32): void {
  // parallel: yes - each iteration owns one row.
  for (let i = 0; i < rows; i++) {
    let sum: f32 = 0;
    let squares: f32 = 0;
    // parallel: no - a float sum keeps its order.
    for (let j = 0; j < cols; j++) {
      sum += load<f32>(x + (<usize>(i * cols + j) << 2));
    }
    const mean = sum / <f32>cols;
    // parallel: no - a float sum keeps its order.
    for (let j = 0; j < cols; j++) {
      const d = load<f32>(x + (<usize>(i * cols + j) << 2)) - mean;
      squares += d * d;
    }
    const scale = <f32>1.0 / sqrt<f32>(squares / <f32>cols + <f32>0.00001);
    // parallel: yes - each iteration owns one element of the row.
    for (let j = 0; j < cols; j++) {
      store<f32>(x + (<usize>(i * cols + j) << 2), (load<f32>(x + (<usize>(i * cols + j) << 2)) - mean) * scale);
    }
  }
}
