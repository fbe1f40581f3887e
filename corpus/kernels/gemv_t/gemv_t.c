// y = A^T x for a row-major rows x cols matrix of f64: each element of y walks down a column.

__attribute__((export_name("gemv_t"))) void gemv_t(double *y, const double *a, const double *x, int rows, int cols) {
    // parallel: yes - each iteration owns y[j] (guard: y is disjoint from a and x).
    for (int j = 0; j < cols; j++) {
        double sum = 0.0;
        // parallel: no - a float sum keeps its order.
        for (int i = 0; i < rows; i++) {
            sum += a[i * cols + j] * x[i];
        }
        y[j] = sum;
    }
}
