// y = A x for a band matrix of f64 with w diagonals on either side, stored by rows of 2 w + 1.

__attribute__((export_name("band"))) void band(double *y, const double *a, const double *x, int n, int w) {
    // parallel: yes - each iteration owns y[i] (guard: y is disjoint from a and x).
    for (int i = 0; i < n; i++) {
        int from = i - w < 0 ? 0 : i - w, to = i + w + 1 > n ? n : i + w + 1;
        double sum = 0.0;
        // parallel: no - a float sum keeps its order.
        for (int j = from; j < to; j++) {
            sum += a[i * (2 * w + 1) + j - i + w] * x[j];
        }
        y[i] = sum;
    }
}
