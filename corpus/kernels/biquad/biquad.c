// A recursive filter of second order on m channels of n samples each, in place, f32.

__attribute__((export_name("biquad"))) void biquad(float *x, int m, int n, float a, float b) {
    // parallel: yes - each iteration owns one channel and starts from rest.
    for (int c = 0; c < m; c++) {
        float last = 0.0f, older = 0.0f;
        // parallel: no - every sample needs the two before.
        for (int i = 0; i < n; i++) {
            float v = x[c * n + i] + a * last + b * older;
            older = last;
            last = v;
            x[c * n + i] = v;
        }
    }
}
