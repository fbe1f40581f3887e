// Forces between particles on a line by lists of m neighbours each; those too far away are skipped, f64.

export function lennard(
  f: StaticArray<f64>,
  x: StaticArray<f64>,
  near: StaticArray<u32>,
  n: i32,
  m: i32,
  cut: f64,
): void {
  // parallel: yes - each iteration owns f[i]; what the lists pick is only read (guard: f is disjoint from x and
  // near).
  for (let i = 0; i < n; i++) {
    let sum: f64 = 0;
    // parallel: no - a float sum keeps its order.
    for (let k = 0; k < m; k++) {
      const other = unchecked(near[i * m + k]);
      const d = unchecked(x[i]) - unchecked(x[other]);
      const r = d * d;
      if (r >= cut || r == 0) {
        continue;
      }
      const s = 1.0 / (r * r * r);
      sum += ((48.0 * s - 24.0) * s * d) / r;
    }
    unchecked((f[i] = sum));
  }
}
