// y = A x for a symmetric matrix of f64 of which only the lower triangle is read.

__attribute__((export_name("symv"))) void symv(double *y, const double *a, const double *x, int n) {
    // parallel: yes - each iteration owns y[i] (guard: y is disjoint from a and x).
    for (int i = 0; i < n; i++) {
        double sum = 0.0;
        // parallel: no - a float sum keeps its order.
        for (int j = 0; j <= i; j++) {
            sum += a[i * n + j] * x[j];
        }
        // parallel: no - a float sum keeps its order.
        for (int j = i + 1; j < n; j++) {
            sum += a[j * n + i] * x[j];
        }
        y[i] = sum;
    }
}
