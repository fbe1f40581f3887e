// A Fourier transform by its definition, f64; the cosines and sines of one turn are in tables.

__attribute__((export_name("dft"))) void dft(double *re, double *im, const double *x, const double *c, const double *s,
                                             int n) {
    // parallel: yes - each iteration owns re[k] and im[k] (guard: re and im are disjoint from all others).
    for (int k = 0; k < n; k++) {
        double sum = 0.0, other = 0.0;
        int at = 0;
        // parallel: no - float sums keep their order.
        for (int i = 0; i < n; i++) {
            sum += x[i] * c[at];
            other -= x[i] * s[at];
            at += k;
            if (at >= n) {
                at -= n;
            }
        }
        re[k] = sum;
        im[k] = other;
    }
}
