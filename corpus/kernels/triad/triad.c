// a = b + s * c over f64, with pointers that promise not to overlap.

__attribute__((export_name("triad"))) void triad(double *restrict a, const double *restrict b,
                                                 const double *restrict c, int n, double s) {
    // parallel: yes - each iteration owns a[i]; b and c are only read.
    for (int i = 0; i < n; i++) {
        a[i] = b[i] + s * c[i];
    }
}
