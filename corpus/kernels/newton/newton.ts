// Cube roots by eight of Newton's steps, f64.

export function newton(out: StaticArray<f64>, x: StaticArray<f64>, n: i32): void {
  // parallel: yes - each iteration owns out[i] (guard: out and x are the same or disjoint).
  for (let i = 0; i < n; i++) {
    const v = unchecked(x[i]);
    let r = v;
    // parallel: no - every step needs the one before.
    for (let k = 0; k < 8; k++) {
      r = (2.0 * r + v / (r * r)) * (1.0 / 3.0);
    }
    unchecked((out[i] = r));
  }
}
