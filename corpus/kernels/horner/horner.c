// One polynomial of runtime degree, evaluated at every element, f64.

__attribute__((export_name("horner"))) void horner(double *out, const double *x, const double *c, int n, int terms) {
    // parallel: yes - each iteration owns out[i] (guard: out is the same as x or disjoint, and disjoint from c).
    for (int i = 0; i < n; i++) {
        double v = 0.0;
        // parallel: no - every step needs the one before.
        for (int k = 0; k < terms; k++) {
            v = v * x[i] + c[k];
        }
        out[i] = v;
    }
}
