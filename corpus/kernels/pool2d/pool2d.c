// Pooling of 2 x 2 elements: means of f32, maxima of i8.

typedef signed char i8;

__attribute__((export_name("mean_pool"))) void mean_pool(float *out, const float *x, int rows, int cols) {
    // parallel: yes - each iteration owns one row of out (guard: disjoint).
    for (int i = 0; i < rows; i++) {
        // parallel: yes - each iteration owns one element of out.
        for (int j = 0; j < cols; j++) {
            const float *p = x + 4 * i * cols + 2 * j;
            out[i * cols + j] = (p[0] + p[1] + p[2 * cols] + p[2 * cols + 1]) * 0.25f;
        }
    }
}

__attribute__((export_name("max_pool"))) void max_pool(i8 *out, const i8 *x, int rows, int cols) {
    // parallel: yes - each iteration owns one row of out (guard: disjoint).
    for (int i = 0; i < rows; i++) {
        // parallel: yes - each iteration owns one element of out.
        for (int j = 0; j < cols; j++) {
            i8 top = -128;
            // parallel: yes - an integer maximum is associative and commutative.
            for (int y = 0; y < 2; y++) {
                // parallel: yes - an integer maximum is associative and commutative.
                for (int z = 0; z < 2; z++) {
                    i8 v = x[(2 * i + y) * 2 * cols + 2 * j + z];
                    top = v > top ? v : top;
                }
            }
            out[i * cols + j] = top;
        }
    }
}
