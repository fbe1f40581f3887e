// Stores a * x where the mask is set, f64.

typedef unsigned char u8;

__attribute__((export_name("masked"))) void masked(double *out, const double *x, const u8 *mask, int n, double a) {
    // parallel: yes - each iteration owns out[i]; some leave it alone (guard: out is disjoint from mask, the
    // same as x or disjoint).
    for (int i = 0; i < n; i++) {
        if (mask[i]) {
            out[i] = a * x[i];
        }
    }
}
