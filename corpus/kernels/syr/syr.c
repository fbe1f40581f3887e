// Symmetric updates of the lower triangle of f64: A += x x^T, and C += A A^T.

__attribute__((export_name("syr"))) void syr(double *a, const double *x, int n) {
    // parallel: yes - each iteration owns one row of the triangle (guard: disjoint).
    for (int i = 0; i < n; i++) {
        // parallel: yes - each iteration owns one element.
        for (int j = 0; j <= i; j++) {
            a[i * n + j] += x[i] * x[j];
        }
    }
}

__attribute__((export_name("syrk"))) void syrk(double *c, const double *a, int n, int k) {
    // parallel: yes - each iteration owns one row of the triangle (guard: disjoint).
    for (int i = 0; i < n; i++) {
        // parallel: yes - each iteration owns one element.
        for (int j = 0; j <= i; j++) {
            double sum = c[i * n + j];
            // parallel: no - a float sum keeps its order.
            for (int l = 0; l < k; l++) {
                sum += a[i * k + l] * a[j * k + l];
            }
            c[i * n + j] = sum;
        }
    }
}
