// a = b + s * c over f64.

export function triad(a: usize, b: usize, c: usize, n: i32, s: f64): void {
  // parallel: yes - each iteration owns a[i]; b and c are only read.
  for (let i = 0; i < n; i++) {
    const at = <usize>i << 3;
    store<f64>(a + at, load<f64>(b + at) + s * load<f64>(c + at));
  }
}
