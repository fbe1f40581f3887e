// Loops whose counters and lengths are 64 bits wide: y += a * x, and every third element.

__attribute__((export_name("saxpy64"))) void saxpy64(float *y, const float *x, long long n, float a) {
    // parallel: yes - each iteration owns y[i]; x is only read (guard: y and x are the same or disjoint).
    for (long long i = 0; i < n; i++) {
        y[i] += a * x[i];
    }
}

__attribute__((export_name("thirds"))) void thirds(double *out, const double *x, long long n) {
    // parallel: yes - each iteration owns one element of out (guard: disjoint).
    for (long long i = 0; i < n; i += 3) {
        out[i / 3] = x[i] * 0.5;
    }
}
