// Level 1: sums of magnitudes and of squares of f32, scaling at a runtime stride, f64.

__attribute__((export_name("asum"))) float asum(const float *x, int n) {
    float sum = 0.0f;
    // parallel: no - a float sum keeps its order.
    for (int i = 0; i < n; i++) {
        sum += __builtin_fabsf(x[i]);
    }
    return sum;
}

__attribute__((export_name("nrm2"))) double nrm2(const float *x, int n) {
    double sum = 0.0;
    // parallel: no - a float sum keeps its order.
    for (int i = 0; i < n; i++) {
        sum += (double)x[i] * x[i];
    }
    return __builtin_sqrt(sum);
}

__attribute__((export_name("scal"))) void scal(double *x, int n, double a, int sx) {
    // parallel: yes - each iteration owns x[i * sx] (guard: sx is not zero).
    for (int i = 0; i < n; i++) {
        x[i * sx] *= a;
    }
}
