// x / (1 + |x|) and a rational approximation of tanh, over f64.

export function softsign(out: StaticArray<f64>, x: StaticArray<f64>, n: i32): void {
  // parallel: yes - each iteration owns out[i] (guard: out and x are the same or disjoint).
  for (let i = 0; i < n; i++) {
    unchecked((out[i] = unchecked(x[i]) / (1.0 + abs<f64>(unchecked(x[i])))));
  }
}

export function tanh_near(out: StaticArray<f64>, x: StaticArray<f64>, n: i32): void {
  // parallel: yes - each iteration owns out[i] (guard: out and x are the same or disjoint).
  for (let i = 0; i < n; i++) {
    const v = unchecked(x[i]);
    const s = v * v;
    const top = 135135.0 + s * (17325.0 + s * (378.0 + s));
    unchecked((out[i] = (v * top) / (135135.0 + s * (62370.0 + s * (3150.0 + s * 28.0)))));
  }
}
