// The smallest and the largest by Wasm's own min and max: of an array of f64, of two at once, of rows of f32.

export function low_of(x: usize, n: i32): f64 {
  let low: f64 = Infinity;
  // parallel: yes - f64.min is associative and commutative up to the bits of a NaN.
  for (let i = 0; i < n; i++) {
    low = min<f64>(low, load<f64>(x + (<usize>i << 3)));
  }
  return low;
}

export function spread(x: usize, n: i32): f32 {
  let low: f32 = Infinity;
  let top: f32 = -Infinity;
  // parallel: yes - f32.min and f32.max are associative and commutative up to the bits of a NaN.
  for (let i = 0; i < n; i++) {
    low = min<f32>(low, load<f32>(x + (<usize>i << 2)));
    top = max<f32>(top, load<f32>(x + (<usize>i << 2)));
  }
  return top - low;
}

export function tops(out: usize, x: usize, rows: i32, cols: i32): void {
  // parallel: yes - each iteration owns out[i] (guard: disjoint).
  for (let i = 0; i < rows; i++) {
    let top: f32 = -Infinity;
    // parallel: yes - f32.max is associative and commutative up to the bits of a NaN.
    for (let j = 0; j < cols; j++) {
      top = max<f32>(top, load<f32>(x + (<usize>(i * cols + j) << 2)));
    }
    store<f32>(out + (<usize>i << 2), top);
  }
}
