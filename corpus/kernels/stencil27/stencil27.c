// A stencil of 3 x 3 x 3 cells with weights, f32.

__attribute__((export_name("stencil27"))) void stencil27(float *out, const float *src, const float *w, int nx, int ny,
                                                         int nz) {
    // parallel: yes - each iteration owns one plane of out (guard: out is disjoint from src and w).
    for (int i = 1; i < nx - 1; i++) {
        // parallel: yes - each iteration owns one row of out.
        for (int j = 1; j < ny - 1; j++) {
            // parallel: yes - each iteration owns one cell of out.
            for (int k = 1; k < nz - 1; k++) {
                float sum = 0.0f;
                // parallel: no - a float sum keeps its order.
                for (int x = 0; x < 3; x++) {
                    // parallel: no - a float sum keeps its order.
                    for (int y = 0; y < 3; y++) {
                        // parallel: no - a float sum keeps its order.
                        for (int z = 0; z < 3; z++) {
                            sum += w[9 * x + 3 * y + z] * src[((i + x - 1) * ny + j + y - 1) * nz + k + z - 1];
                        }
                    }
                }
                out[(i * ny + j) * nz + k] = sum;
            }
        }
    }
}
