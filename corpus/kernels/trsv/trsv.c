// Solves L x = b in place for a row-major lower triangular L of f64, by rows and by columns.

__attribute__((export_name("trsv_rows"))) void trsv_rows(double *x, const double *l, int n) {
    // parallel: no - every row needs the solution of the rows above.
    for (int i = 0; i < n; i++) {
        double sum = x[i];
        // parallel: no - a float sum keeps its order.
        for (int j = 0; j < i; j++) {
            sum -= l[i * n + j] * x[j];
        }
        x[i] = sum / l[i * n + i];
    }
}

__attribute__((export_name("trsv_columns"))) void trsv_columns(double *x, const double *l, int n) {
    // parallel: no - every column needs the element that the columns before have finished.
    for (int j = 0; j < n; j++) {
        double v = x[j] / l[j * n + j];
        x[j] = v;
        // parallel: yes - each iteration owns x[i]; the column is read at a runtime stride (guard: disjoint).
        for (int i = j + 1; i < n; i++) {
            x[i] -= l[i * n + j] * v;
        }
    }
}
