// Three-point smoothing over f64; the two ends of `out` are left alone.

__attribute__((export_name("stencil3"))) void stencil3(double *out, const double *in, int n) {
    // parallel: yes - each iteration owns out[i]; the neighbours are read from the other array (guard: disjoint).
    for (int i = 1; i < n - 1; i++) {
        out[i] = 0.25 * in[i - 1] + 0.5 * in[i] + 0.25 * in[i + 1];
    }
}
