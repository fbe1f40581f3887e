// Solves n tridiagonal systems of m unknowns, f64; the systems lie side by side, so that element k of system i is at
// k * n + i. The upper diagonal and the right-hand side are overwritten.

export function thomas(
  x: StaticArray<f64>,
  up: StaticArray<f64>,
  low: StaticArray<f64>,
  diag: StaticArray<f64>,
  n: i32,
  m: i32,
): void {
  // parallel: yes - each iteration owns one system (guard: x, up, low and diag are disjoint).
  for (let i = 0; i < n; i++) {
    unchecked((up[i] = unchecked(up[i]) / unchecked(diag[i])));
    unchecked((x[i] = unchecked(x[i]) / unchecked(diag[i])));
    // parallel: no - every unknown needs the one before.
    for (let k = 1; k < m; k++) {
      const at = k * n + i;
      const d = unchecked(diag[at]) - unchecked(low[at]) * unchecked(up[at - n]);
      unchecked((up[at] = unchecked(up[at]) / d));
      unchecked((x[at] = (unchecked(x[at]) - unchecked(low[at]) * unchecked(x[at - n])) / d));
    }
    // parallel: no - every unknown needs the one after.
    for (let k = m - 2; k >= 0; k--) {
      unchecked((x[k * n + i] = unchecked(x[k * n + i]) - unchecked(up[k * n + i]) * unchecked(x[(k + 1) * n + i])));
    }
  }
}
