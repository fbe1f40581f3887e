// A Jacobi step for a dense system of f64: every unknown from the old values of the others.

__attribute__((export_name("jacobi_solve"))) void jacobi_solve(double *out, const double *a, const double *b,
                                                               const double *x, int n) {
    // parallel: yes - each iteration owns out[i] (guard: out is disjoint from the others).
    for (int i = 0; i < n; i++) {
        double sum = b[i];
        // parallel: no - a float sum keeps its order.
        for (int j = 0; j < n; j++) {
            if (j != i) {
                sum -= a[i * n + j] * x[j];
            }
        }
        out[i] = sum / a[i * n + i];
    }
}
