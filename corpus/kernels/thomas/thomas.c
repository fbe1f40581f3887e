// Solves n tridiagonal systems of m unknowns, f64; the systems lie side by side, so that element k of system i is at
// k * n + i. The upper diagonal and the right-hand side are overwritten.

__attribute__((export_name("thomas"))) void thomas(double *x, double *up, const double *low, const double *diag, int n,
                                                   int m) {
    // parallel: yes - each iteration owns one system (guard: x, up, low and diag are disjoint).
    for (int i = 0; i < n; i++) {
        up[i] /= diag[i];
        x[i] /= diag[i];
        // parallel: no - every unknown needs the one before.
        for (int k = 1; k < m; k++) {
            int at = k * n + i;
            double d = diag[at] - low[at] * up[at - n];
            up[at] /= d;
            x[at] = (x[at] - low[at] * x[at - n]) / d;
        }
        // parallel: no - every unknown needs the one after.
        for (int k = m - 2; k >= 0; k--) {
            x[k * n + i] -= up[k * n + i] * x[(k + 1) * n + i];
        }
    }
}
