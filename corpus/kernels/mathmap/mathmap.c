// Wasm's own float functions on each element: square root, sign operations, clamping by comparison, rounding.

__attribute__((export_name("norms"))) void norms(double *out, const double *in, int n, double sign) {
    // parallel: yes - each iteration owns out[i].
    for (int i = 0; i < n; i++) {
        out[i] = __builtin_copysign(__builtin_sqrt(__builtin_fabs(in[i])), sign);
    }
}

__attribute__((export_name("clamp_f32"))) void clamp_f32(float *x, int n, float low, float high) {
    // parallel: yes - each iteration reads and writes only x[i].
    for (int i = 0; i < n; i++) {
        float v = x[i];
        v = v < low ? low : v;
        v = v > high ? high : v;
        x[i] = v;
    }
}

__attribute__((export_name("round_f64"))) void round_f64(double *x, int n) {
    // parallel: yes - each iteration reads and writes only x[i].
    for (int i = 0; i < n; i++) {
        x[i] = __builtin_floor(x[i]) * 4.0 + __builtin_ceil(-x[i]) + __builtin_trunc(x[i]) / 3.0 -
               __builtin_rint(x[i]);
    }
}
