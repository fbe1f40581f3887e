// y = U x for an upper triangle of f32.

__attribute__((export_name("trmv"))) void trmv(float *y, const float *u, const float *x, int n) {
    // parallel: yes - each iteration owns y[i] (guard: y is disjoint from u and x).
    for (int i = 0; i < n; i++) {
        float sum = 0.0f;
        // parallel: no - a float sum keeps its order.
        for (int j = i; j < n; j++) {
            sum += u[i * n + j] * x[j];
        }
        y[i] = sum;
    }
}
