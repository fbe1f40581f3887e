// y += a * x over f64, unrolled by hand: four elements in each iteration, then the rest.

__attribute__((export_name("unrolled"))) void unrolled(double *y, const double *x, int n, double a) {
    int i = 0;
    // parallel: yes - each iteration owns four elements of y (guard: y and x are the same or disjoint).
    for (; i + 4 <= n; i += 4) {
        y[i] += a * x[i];
        y[i + 1] += a * x[i + 1];
        y[i + 2] += a * x[i + 2];
        y[i + 3] += a * x[i + 3];
    }
    // parallel: yes - each iteration owns y[i] (guard: y and x are the same or disjoint).
    for (; i < n; i++) {
        y[i] += a * x[i];
    }
}
