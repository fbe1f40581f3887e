// y = a * x + b * y over f32.

__attribute__((export_name("axpby"))) void axpby(float *y, const float *x, int n, float a, float b) {
    // parallel: yes - each iteration owns y[i]; x is only read (guard: y and x are the same or disjoint).
    for (int i = 0; i < n; i++) {
        y[i] = a * x[i] + b * y[i];
    }
}
