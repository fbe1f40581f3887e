// Products of n pairs of 3 x 3 matrices of f32, one after the other.

__attribute__((export_name("matmul3"))) void matmul3(float *c, const float *a, const float *b, int n) {
    // parallel: yes - each iteration owns one product (guard: c is disjoint from a and b).
    for (int i = 0; i < n; i++) {
        // parallel: yes - each iteration owns one row of the product.
        for (int x = 0; x < 3; x++) {
            // parallel: yes - each iteration owns one element.
            for (int y = 0; y < 3; y++) {
                float sum = 0.0f;
                // parallel: no - a float sum keeps its order.
                for (int k = 0; k < 3; k++) {
                    sum += a[9 * i + 3 * x + k] * b[9 * i + 3 * k + y];
                }
                c[9 * i + 3 * x + y] = sum;
            }
        }
    }
}
