// One level of the Haar wavelet, and back, f32.

__attribute__((export_name("haar"))) void haar(float *low, float *high, const float *x, int n) {
    // parallel: yes - each iteration owns low[i] and high[i] (guard: the three arrays are disjoint).
    for (int i = 0; i < n; i++) {
        low[i] = (x[2 * i] + x[2 * i + 1]) * 0.5f;
        high[i] = (x[2 * i] - x[2 * i + 1]) * 0.5f;
    }
}

__attribute__((export_name("haar_back"))) void haar_back(float *x, const float *low, const float *high, int n) {
    // parallel: yes - each iteration owns two elements of x (guard: the three arrays are disjoint).
    for (int i = 0; i < n; i++) {
        x[2 * i] = low[i] + high[i];
        x[2 * i + 1] = low[i] - high[i];
    }
}
