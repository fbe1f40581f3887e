// Rectifiers of f32: the plain one and the one with a slope below zero.

__attribute__((export_name("relu"))) void relu(float *x, int n) {
    // parallel: yes - each iteration owns x[i].
    for (int i = 0; i < n; i++) {
        x[i] = x[i] > 0.0f ? x[i] : 0.0f;
    }
}

__attribute__((export_name("leaky"))) void leaky(float *out, const float *x, int n, float slope) {
    // parallel: yes - each iteration owns out[i] (guard: out and x are the same or disjoint).
    for (int i = 0; i < n; i++) {
        if (x[i] > 0.0f) {
            out[i] = x[i];
        } else {
            out[i] = x[i] * slope;
        }
    }
}
