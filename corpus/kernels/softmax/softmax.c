// Rows of f32 in place: softmax with a polynomial for the exponential, and normalisation to mean 0 and variance 1.

// e to the x for x <= 0: the 32nd power of a polynomial.
static float power(float x) {
    float t = x * 0.03125f, p = 1.0f + t * (1.0f + t * (0.5f + t * 0.16666667f));
    p = p < 0.0f ? 0.0f : p;
    p *= p;
    p *= p;
    p *= p;
    p *= p;
    return p * p;
}

__attribute__((export_name("softmax"))) void softmax(float *x, int rows, int cols) {
    // parallel: yes - each iteration owns one row.
    for (int i = 0; i < rows; i++) {
        float *p = x + i * cols, top = p[0], sum = 0.0f;
        // parallel: yes - a comparison picks the largest; whether a zero is -0 may depend on the order, and then the loop decides.
        for (int j = 1; j < cols; j++) {
            top = p[j] > top ? p[j] : top;
        }
        // parallel: no - the sum of the powers keeps its order.
        for (int j = 0; j < cols; j++) {
            p[j] = power(p[j] - top);
            sum += p[j];
        }
        // parallel: yes - each iteration owns one element of the row.
        for (int j = 0; j < cols; j++) {
            p[j] /= sum;
        }
    }
}

__attribute__((export_name("layernorm"))) void layernorm(float *x, int rows, int cols) {
    // parallel: yes - each iteration owns one row.
    for (int i = 0; i < rows; i++) {
        float *p = x + i * cols, sum = 0.0f, squares = 0.0f;
        // parallel: no - a float sum keeps its order.
        for (int j = 0; j < cols; j++) {
            sum += p[j];
        }
        float mean = sum / (float)cols;
        // parallel: no - a float sum keeps its order.
        for (int j = 0; j < cols; j++) {
            squares += (p[j] - mean) * (p[j] - mean);
        }
        float scale = 1.0f / __builtin_sqrtf(squares / (float)cols + 0.00001f);
        // parallel: yes - each iteration owns one element of the row.
        for (int j = 0; j < cols; j++) {
            p[j] = (p[j] - mean) * scale;
        }
    }
}
