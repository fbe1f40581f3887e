// One loop over all cells of a plane of f32, whose row and column are a quotient and a remainder.

__attribute__((export_name("collapse"))) void collapse(float *out, const float *x, const float *y, int rows, int cols) {
    // parallel: yes - each iteration owns out[i] (guard: out is disjoint from x and y).
    for (int i = 0; i < rows * cols; i++) {
        out[i] = x[i / cols] * y[i % cols];
    }
}
