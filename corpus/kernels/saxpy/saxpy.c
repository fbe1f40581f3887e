// y += a * x over f32. The clang build carries DWARF lines.

__attribute__((export_name("saxpy"))) void saxpy(float *y, const float *x, int n, float a) {
    // parallel: yes - each iteration owns y[i]; x is only read (guard: y and x are the same or disjoint).
    for (int i = 0; i < n; i++) {
        y[i] = y[i] + a * x[i];
    }
}
