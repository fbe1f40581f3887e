// C += A B for row-major f64 matrices (n x k times k x m), in two loop orders.

__attribute__((export_name("gemm_ikj"))) void gemm_ikj(double *c, const double *a, const double *b, int n, int m,
                                                       int k) {
    // parallel: yes - each iteration owns one row of c (guard: c is disjoint from a and b).
    for (int i = 0; i < n; i++) {
        // parallel: no - every step of p adds to the same row, in order.
        for (int p = 0; p < k; p++) {
            double v = a[i * k + p];
            // parallel: yes - each iteration owns c[i][j].
            for (int j = 0; j < m; j++) {
                c[i * m + j] += v * b[p * m + j];
            }
        }
    }
}

__attribute__((export_name("gemm_ijk"))) void gemm_ijk(double *c, const double *a, const double *b, int n, int m,
                                                       int k) {
    // parallel: yes - each iteration owns one row of c (guard: c is disjoint from a and b).
    for (int i = 0; i < n; i++) {
        // parallel: yes - each iteration owns c[i][j].
        for (int j = 0; j < m; j++) {
            double sum = c[i * m + j];
            // parallel: no - a float sum keeps its order.
            for (int p = 0; p < k; p++) {
                sum += a[i * k + p] * b[p * m + j];
            }
            c[i * m + j] = sum;
        }
    }
}
