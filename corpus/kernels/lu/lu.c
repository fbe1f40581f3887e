// LU factorisation of a matrix of f64 in place, without pivots.

__attribute__((export_name("lu"))) void lu(double *a, int n) {
    // parallel: no - every step needs the steps before.
    for (int k = 0; k < n; k++) {
        // parallel: yes - each iteration owns one row below the pivot; the pivot's row is only read.
        for (int i = k + 1; i < n; i++) {
            double f = a[i * n + k] / a[k * n + k];
            a[i * n + k] = f;
            // parallel: yes - each iteration owns one element of the row.
            for (int j = k + 1; j < n; j++) {
                a[i * n + j] -= f * a[k * n + j];
            }
        }
    }
}
