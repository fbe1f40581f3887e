// Rotates the pairs (x, y) of two arrays by one angle, in place, f64.

__attribute__((export_name("rot"))) void rot(double *x, double *y, int n, double c, double s) {
    // parallel: yes - each iteration owns x[i] and y[i] (guard: x and y are disjoint).
    for (int i = 0; i < n; i++) {
        double v = c * x[i] + s * y[i];
        y[i] = c * y[i] - s * x[i];
        x[i] = v;
    }
}
