// Swaps the elements of two arrays of f64.

__attribute__((export_name("swap"))) void swap(double *x, double *y, int n) {
    // parallel: yes - each iteration owns x[i] and y[i] (guard: x and y are the same or disjoint).
    for (int i = 0; i < n; i++) {
        double t = x[i];
        x[i] = y[i];
        y[i] = t;
    }
}
