// Applies the reflection I - b v v^T to the columns of a matrix of f64; w receives what is subtracted.

__attribute__((export_name("householder"))) void householder(double *a, const double *v, double *w, int rows, int cols,
                                                             double b) {
    // parallel: yes - each iteration owns w[j] (guard: w is disjoint from a and v).
    for (int j = 0; j < cols; j++) {
        double sum = 0.0;
        // parallel: no - a float sum keeps its order.
        for (int i = 0; i < rows; i++) {
            sum += v[i] * a[i * cols + j];
        }
        w[j] = b * sum;
    }
    // parallel: yes - each iteration owns one row of a (guard: a is disjoint from v and w).
    for (int i = 0; i < rows; i++) {
        // parallel: yes - each iteration owns one element of the row.
        for (int j = 0; j < cols; j++) {
            a[i * cols + j] -= v[i] * w[j];
        }
    }
}
