// A += x y^T for a row-major rows x cols matrix of f64.

__attribute__((export_name("ger"))) void ger(double *a, const double *x, const double *y, int rows, int cols) {
    // parallel: yes - each iteration owns one row of a (guard: a is disjoint from x and y).
    for (int i = 0; i < rows; i++) {
        // parallel: yes - each iteration owns a[i][j].
        for (int j = 0; j < cols; j++) {
            a[i * cols + j] += x[i] * y[j];
        }
    }
}
