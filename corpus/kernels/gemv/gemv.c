// y += A x, column by column: the innermost loop is an axpy over the rows. A is stored by columns.

__attribute__((export_name("gemv"))) void gemv(double *y, const double *a, const double *x, int rows, int cols) {
    // parallel: no - every column adds to the same y, in order.
    for (int j = 0; j < cols; j++) {
        double alpha = x[j];
        // parallel: yes - each iteration owns y[i]; the column is only read (guard: disjoint).
        for (int i = 0; i < rows; i++) {
            y[i] += alpha * a[j * rows + i];
        }
    }
}
