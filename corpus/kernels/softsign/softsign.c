// x / (1 + |x|) and a rational approximation of tanh, over f64.

__attribute__((export_name("softsign"))) void softsign(double *out, const double *x, int n) {
    // parallel: yes - each iteration owns out[i] (guard: out and x are the same or disjoint).
    for (int i = 0; i < n; i++) {
        out[i] = x[i] / (1.0 + __builtin_fabs(x[i]));
    }
}

__attribute__((export_name("tanh_near"))) void tanh_near(double *out, const double *x, int n) {
    // parallel: yes - each iteration owns out[i] (guard: out and x are the same or disjoint).
    for (int i = 0; i < n; i++) {
        double s = x[i] * x[i];
        out[i] =
            x[i] * (135135.0 + s * (17325.0 + s * (378.0 + s))) / (135135.0 + s * (62370.0 + s * (3150.0 + s * 28.0)));
    }
}
