// A one-dimensional convolution of f32 with a runtime number of taps; `in` has n + taps - 1 elements.

__attribute__((export_name("conv"))) void conv(float *out, const float *in, const float *w, int n, int taps) {
    // parallel: yes - each iteration owns out[i] (guard: out is disjoint from in and w).
    for (int i = 0; i < n; i++) {
        float sum = 0.0f;
        // parallel: no - a float sum keeps its order.
        for (int k = 0; k < taps; k++) {
            sum += w[k] * in[i + k];
        }
        out[i] = sum;
    }
}
