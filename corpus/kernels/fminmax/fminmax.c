// The smallest and the largest by Wasm's own min and max: of an array of f64, of two at once, of rows of f32.

__attribute__((export_name("low_of"))) double low_of(const double *x, int n) {
    double low = __builtin_inf();
    // parallel: yes - f64.min is associative and commutative up to the bits of a NaN.
    for (int i = 0; i < n; i++) {
        low = __builtin_wasm_min_f64(low, x[i]);
    }
    return low;
}

__attribute__((export_name("spread"))) float spread(const float *x, int n) {
    float low = __builtin_inff(), top = -__builtin_inff();
    // parallel: yes - f32.min and f32.max are associative and commutative up to the bits of a NaN.
    for (int i = 0; i < n; i++) {
        low = __builtin_wasm_min_f32(low, x[i]);
        top = __builtin_wasm_max_f32(top, x[i]);
    }
    return top - low;
}

__attribute__((export_name("tops"))) void tops(float *out, const float *x, int rows, int cols) {
    // parallel: yes - each iteration owns out[i] (guard: disjoint).
    for (int i = 0; i < rows; i++) {
        float top = -__builtin_inff();
        // parallel: yes - f32.max is associative and commutative up to the bits of a NaN.
        for (int j = 0; j < cols; j++) {
            top = __builtin_wasm_max_f32(top, x[i * cols + j]);
        }
        out[i] = top;
    }
}
