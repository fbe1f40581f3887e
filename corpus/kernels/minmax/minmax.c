// Wasm's f64.min and f64.max, per element and as reductions, beside the maximum that a comparison selects.

__attribute__((export_name("min_each"))) void min_each(double *out, const double *a, const double *b, int n) {
    // parallel: yes - each iteration owns out[i].
    for (int i = 0; i < n; i++) {
        out[i] = __builtin_wasm_min_f64(a[i], b[i]);
    }
}

__attribute__((export_name("max_of"))) double max_of(const double *x, int n) {
    double top = -__builtin_inf();
    // parallel: yes - f64.max is associative and commutative up to the bits of a NaN.
    for (int i = 0; i < n; i++) {
        top = __builtin_wasm_max_f64(top, x[i]);
    }
    return top;
}

__attribute__((export_name("max_select"))) double max_select(const double *x, int n) {
    double top = -__builtin_inf();
    // parallel: yes - a comparison picks the largest; whether a zero is -0 may depend on the order, and then the loop decides.
    for (int i = 0; i < n; i++) {
        top = x[i] > top ? x[i] : top;
    }
    return top;
}
