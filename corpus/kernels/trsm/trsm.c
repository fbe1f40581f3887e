// Solves L X = B in place for many right-hand sides, f64; L is lower triangular.

__attribute__((export_name("trsm"))) void trsm(double *b, const double *l, int n, int m) {
    // parallel: no - every row needs the solution of the rows above.
    for (int i = 0; i < n; i++) {
        // parallel: no - each iteration subtracts from the same row.
        for (int k = 0; k < i; k++) {
            // parallel: yes - each iteration owns one element of the row (guard: disjoint).
            for (int j = 0; j < m; j++) {
                b[i * m + j] -= l[i * n + k] * b[k * m + j];
            }
        }
        // parallel: yes - each iteration owns one element of the row (guard: disjoint).
        for (int j = 0; j < m; j++) {
            b[i * m + j] /= l[i * n + i];
        }
    }
}
