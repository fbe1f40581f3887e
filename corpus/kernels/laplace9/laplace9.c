// The nine-point Laplacian of a grid of f32.

__attribute__((export_name("laplace9"))) void laplace9(float *out, const float *src, int rows, int cols) {
    // parallel: yes - each iteration owns one row of out (guard: disjoint).
    for (int i = 1; i < rows - 1; i++) {
        // parallel: yes - each iteration owns one cell of out.
        for (int j = 1; j < cols - 1; j++) {
            const float *p = src + i * cols + j;
            float near = p[-1] + p[1] + p[-cols] + p[cols];
            float far = p[-cols - 1] + p[-cols + 1] + p[cols - 1] + p[cols + 1];
            out[i * cols + j] = (4.0f * near + far - 20.0f * p[0]) * (1.0f / 6.0f);
        }
    }
}
