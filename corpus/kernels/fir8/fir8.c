// A filter of eight fixed taps that keeps every second sample, f32; `in` has 2 n + 6 elements.

__attribute__((export_name("fir8"))) void fir8(float *out, const float *in, const float *w, int n) {
    // parallel: yes - each iteration owns out[i] (guard: out is disjoint from in and w).
    for (int i = 0; i < n; i++) {
        float sum = 0.0f;
        // parallel: no - a float sum keeps its order; eight steps, usually unrolled.
        for (int k = 0; k < 8; k++) {
            sum += w[k] * in[2 * i + k];
        }
        out[i] = sum;
    }
}
