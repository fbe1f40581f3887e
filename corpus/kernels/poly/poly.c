// A piecewise polynomial of f64: three branches of different degree.

__attribute__((export_name("poly"))) void poly(double *out, const double *in, int n) {
    // parallel: yes - each iteration owns out[i]; the branches are inside the element.
    for (int i = 0; i < n; i++) {
        double x = in[i];
        double v;
        if (x < 0.0) {
            v = ((0.125 * x - 0.5) * x + 1.5) * x + 1.0;
        } else if (x < 1.0) {
            v = (((0.0625 * x + 0.25) * x - 0.75) * x + 1.5) * x + 1.0;
        } else {
            v = 2.0625 * x;
        }
        out[i] = v;
    }
}
