// y = a A x + b y by rows, f32.

__attribute__((export_name("sgemv"))) void sgemv(float *y, const float *m, const float *x, int rows, int cols, float a,
                                                 float b) {
    // parallel: yes - each iteration owns y[i] (guard: y is disjoint from m and x).
    for (int i = 0; i < rows; i++) {
        float sum = 0.0f;
        // parallel: no - a float sum keeps its order.
        for (int j = 0; j < cols; j++) {
            sum += m[i * cols + j] * x[j];
        }
        y[i] = a * sum + b * y[i];
    }
}
