// A piecewise polynomial of f64: three branches of different degree.

export function poly(out: usize, input: usize, n: i32): void {
  // parallel: yes - each iteration owns out[i]; the branches are inside the element.
  for (let i = 0; i < n; i++) {
    const at = <usize>i << 3;
    const x = load<f64>(input + at);
    let v: f64;
    if (x < 0.0) {
      v = ((0.125 * x - 0.5) * x + 1.5) * x + 1.0;
    } else if (x < 1.0) {
      v = (((0.0625 * x + 0.25) * x - 0.75) * x + 1.5) * x + 1.0;
    } else {
      v = 2.0625 * x;
    }
    store<f64>(out + at, v);
  }
}
