// C = A B^T over f32: rows with rows.

__attribute__((export_name("sgemm_nt"))) void sgemm_nt(float *c, const float *a, const float *b, int n, int m, int k) {
    // parallel: yes - each iteration owns one row of c (guard: c is disjoint from a and b).
    for (int i = 0; i < n; i++) {
        // parallel: yes - each iteration owns one element of c.
        for (int j = 0; j < m; j++) {
            float sum = 0.0f;
            // parallel: no - a float sum keeps its order.
            for (int l = 0; l < k; l++) {
                sum += a[i * k + l] * b[j * k + l];
            }
            c[i * m + j] = sum;
        }
    }
}
