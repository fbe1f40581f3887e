// q = A p and s += A^T r in one sweep over a matrix of f64.

__attribute__((export_name("bicg"))) void bicg(double *s, double *q, const double *a, const double *p, const double *r,
                                               int rows, int cols) {
    // parallel: no - every row adds to the same sums s.
    for (int i = 0; i < rows; i++) {
        double sum = 0.0;
        // parallel: no - a float sum keeps its order.
        for (int j = 0; j < cols; j++) {
            s[j] += r[i] * a[i * cols + j];
            sum += a[i * cols + j] * p[j];
        }
        q[i] = sum;
    }
}
