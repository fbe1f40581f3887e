// Exponential smoothing of f64: each output mixes an input with the output before.

__attribute__((export_name("smooth"))) double smooth(double *out, const double *in, int n, double a) {
    double level = 0.0;
    // parallel: no - every level needs the one before.
    for (int i = 0; i < n; i++) {
        level += a * (in[i] - level);
        out[i] = level;
    }
    return level;
}
