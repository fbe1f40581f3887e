// Three-point smoothing over f64; the two ends of `out` are left alone.

export function stencil3(out: usize, input: usize, n: i32): void {
  // parallel: yes - each iteration owns out[i]; the neighbours are read from the other array (guard: disjoint).
  for (let i = 1; i < n - 1; i++) {
    const at = <usize>i << 3;
    store<f64>(out + at, 0.25 * load<f64>(input + at - 8) + 0.5 * load<f64>(input + at) + 0.25 * load<f64>(input + at + 8));
  }
}
