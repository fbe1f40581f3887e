// The Kronecker product of two matrices of f32.

__attribute__((export_name("kronecker"))) void kronecker(float *out, const float *a, const float *b, int n, int m,
                                                         int p, int q) {
    // parallel: yes - each iteration owns p rows of out (guard: out is disjoint from a and b).
    for (int i = 0; i < n; i++) {
        // parallel: yes - each iteration owns one block of out.
        for (int j = 0; j < m; j++) {
            // parallel: yes - each iteration owns one row of the block.
            for (int k = 0; k < p; k++) {
                // parallel: yes - each iteration owns one element.
                for (int l = 0; l < q; l++) {
                    out[(i * p + k) * m * q + j * q + l] = a[i * m + j] * b[k * q + l];
                }
            }
        }
    }
}
