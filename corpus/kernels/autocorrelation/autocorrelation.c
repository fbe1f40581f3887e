// The autocorrelation of n f32 at each lag below m; the input has n + m elements.

__attribute__((export_name("autocorrelation"))) void autocorrelation(float *out, const float *x, int n, int m) {
    // parallel: yes - each iteration owns out[k] (guard: disjoint).
    for (int k = 0; k < m; k++) {
        float sum = 0.0f;
        // parallel: no - a float sum keeps its order.
        for (int i = 0; i < n; i++) {
            sum += x[i] * x[i + k];
        }
        out[k] = sum;
    }
}
