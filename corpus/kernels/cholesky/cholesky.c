// Cholesky factorisation of a matrix of f64 in place, column by column; the lower triangle is read and written.

__attribute__((export_name("cholesky"))) void cholesky(double *a, int n) {
    // parallel: no - every column needs the columns before.
    for (int k = 0; k < n; k++) {
        double root = __builtin_sqrt(a[k * n + k]);
        a[k * n + k] = root;
        // parallel: yes - each iteration owns one element of the column.
        for (int i = k + 1; i < n; i++) {
            a[i * n + k] /= root;
        }
        // parallel: yes - each iteration owns one row of the rest; it reads the finished column.
        for (int i = k + 1; i < n; i++) {
            // parallel: yes - each iteration owns one element of its row.
            for (int j = k + 1; j <= i; j++) {
                a[i * n + j] -= a[i * n + k] * a[j * n + k];
            }
        }
    }
}
