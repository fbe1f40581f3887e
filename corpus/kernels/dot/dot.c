// Dot product of f64 vectors.

__attribute__((export_name("dot"))) double dot(const double *x, const double *y, int n) {
    double sum = 0.0;
    // parallel: no - a float sum keeps its order.
    for (int i = 0; i < n; i++) {
        sum += x[i] * y[i];
    }
    return sum;
}
