// Products of complex numbers stored as interleaved re, im pairs of f64.

__attribute__((export_name("cmul"))) void cmul(double *out, const double *a, const double *b, int n) {
    // parallel: yes - each iteration owns the pair out[2i], out[2i + 1] (guard: out is disjoint from a and b).
    for (int i = 0; i < n; i++) {
        double ar = a[2 * i], ai = a[2 * i + 1];
        double br = b[2 * i], bi = b[2 * i + 1];
        out[2 * i] = ar * br - ai * bi;
        out[2 * i + 1] = ar * bi + ai * br;
    }
}
