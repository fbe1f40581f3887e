// Cube roots by eight of Newton's steps, f64.

__attribute__((export_name("newton"))) void newton(double *out, const double *x, int n) {
    // parallel: yes - each iteration owns out[i] (guard: out and x are the same or disjoint).
    for (int i = 0; i < n; i++) {
        double v = x[i], r = v;
        // parallel: no - every step needs the one before.
        for (int k = 0; k < 8; k++) {
            r = (2.0 * r + v / (r * r)) * (1.0 / 3.0);
        }
        out[i] = r;
    }
}
