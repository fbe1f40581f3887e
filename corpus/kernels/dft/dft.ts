// A Fourier transform by its definition, f64; the cosines and sines of one turn are in tables.

export function dft(
  re: StaticArray<f64>,
  im: StaticArray<f64>,
  x: StaticArray<f64>,
  c: StaticArray<f64>,
  s: StaticArray<f64>,
  n: i32,
): void {
  // parallel: yes - each iteration owns re[k] and im[k] (guard: re and im are disjoint from all others).
  for (let k = 0; k < n; k++) {
    let sum: f64 = 0;
    let other: f64 = 0;
    let at = 0;
    // parallel: no - float sums keep their order.
    for (let i = 0; i < n; i++) {
      sum += unchecked(x[i]) * unchecked(c[at]);
      other -= unchecked(x[i]) * unchecked(s[at]);
      at += k;
      if (at >= n) {
        at -= n;
      }
    }
    unchecked((re[k] = sum));
    unchecked((im[k] = other));
  }
}
