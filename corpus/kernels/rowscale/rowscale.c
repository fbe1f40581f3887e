// Imperfect nests: rows times a factor computed before, and a row's first element set after, f64 and i64.

__attribute__((export_name("rowscale"))) void rowscale(double *x, const double *w, int rows, int cols) {
    // parallel: yes - each iteration owns one row; w is only read (guard: disjoint).
    for (int i = 0; i < rows; i++) {
        double f = 1.0 / (1.0 + w[i] * w[i]);
        // parallel: yes - each iteration owns one element of the row.
        for (int j = 0; j < cols; j++) {
            x[i * cols + j] *= f;
        }
    }
}

__attribute__((export_name("heads"))) void heads(long long *x, int rows, int cols) {
    // parallel: yes - each iteration owns one row.
    for (int i = 0; i < rows; i++) {
        // parallel: yes - each iteration owns one element of the row.
        for (int j = 1; j < cols; j++) {
            x[i * cols + j] ^= i;
        }
        x[i * cols] = i;
    }
}
