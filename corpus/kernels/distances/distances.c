// Squared distances between n and m points of d coordinates, f32.

__attribute__((export_name("distances"))) void distances(float *out, const float *a, const float *b, int n, int m,
                                                         int d) {
    // parallel: yes - each iteration owns one row of out (guard: out is disjoint from a and b).
    for (int i = 0; i < n; i++) {
        // parallel: yes - each iteration owns one element of out.
        for (int j = 0; j < m; j++) {
            float sum = 0.0f;
            // parallel: no - a float sum keeps its order.
            for (int k = 0; k < d; k++) {
                float v = a[i * d + k] - b[j * d + k];
                sum += v * v;
            }
            out[i * m + j] = sum;
        }
    }
}
