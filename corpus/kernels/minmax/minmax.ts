// Wasm's f64.min and f64.max, per element and as reductions, beside the maximum that a comparison selects.

export function min_each(out: usize, a: usize, b: usize, n: i32): void {
  // parallel: yes - each iteration owns out[i].
  for (let i = 0; i < n; i++) {
    const at = <usize>i << 3;
    store<f64>(out + at, min<f64>(load<f64>(a + at), load<f64>(b + at)));
  }
}

export function max_of(x: usize, n: i32): f64 {
  let top: f64 = -Infinity;
  // parallel: yes - f64.max is associative and commutative up to the bits of a NaN.
  for (let i = 0; i < n; i++) {
    top = max<f64>(top, load<f64>(x + (<usize>i << 3)));
  }
  return top;
}

export function max_select(x: usize, n: i32): f64 {
  let top: f64 = -Infinity;
  // parallel: yes - a comparison picks the largest; whether a zero is -0 may depend on the order, and then the loop decides.
  for (let i = 0; i < n; i++) {
    const v = load<f64>(x + (<usize>i << 3));
    top = v > top ? v : top;
  }
  return top;
}
