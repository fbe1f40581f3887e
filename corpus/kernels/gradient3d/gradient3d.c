// The length of the gradient in the inside of a box of f32.

__attribute__((export_name("gradient3d"))) void gradient3d(float *out, const float *src, int nx, int ny, int nz) {
    int plane = ny * nz;
    // parallel: yes - each iteration owns one plane of out (guard: disjoint).
    for (int i = 1; i < nx - 1; i++) {
        // parallel: yes - each iteration owns one row of out.
        for (int j = 1; j < ny - 1; j++) {
            // parallel: yes - each iteration owns one cell of out.
            for (int k = 1; k < nz - 1; k++) {
                const float *p = src + i * plane + j * nz + k;
                float x = p[plane] - p[-plane], y = p[nz] - p[-nz], z = p[1] - p[-1];
                out[i * plane + j * nz + k] = 0.5f * __builtin_sqrtf(x * x + y * y + z * z);
            }
        }
    }
}
