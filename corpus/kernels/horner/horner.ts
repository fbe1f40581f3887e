// One polynomial of runtime degree, evaluated at every element, f64.

export function horner(out: usize, x: usize, c: usize, n: i32, terms: i32): void {
  // parallel: yes - each iteration owns out[i] (guard: out is the same as x or disjoint, and disjoint from c).
  for (let i = 0; i < n; i++) {
    let v: f64 = 0;
    // parallel: no - every step needs the one before.
    for (let k = 0; k < terms; k++) {
      v = v * load<f64>(x + (<usize>i << 3)) + load<f64>(c + (<usize>k << 3));
    }
    store<f64>(out + (<usize>i << 3), v);
  }
}
