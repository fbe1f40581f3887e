// A layer of convolutions, f32: m filters of c channels and 3 x 3 weights over an image of (rows + 2) x (cols + 2).

__attribute__((export_name("conv2d"))) void conv2d(float *out, const float *x, const float *w, int m, int rows,
                                                   int cols, int c) {
    int pitch = cols + 2, plane = (rows + 2) * pitch;
    // parallel: yes - each iteration owns one plane of out (guard: out is disjoint from x and w).
    for (int f = 0; f < m; f++) {
        // parallel: yes - each iteration owns one row of out.
        for (int i = 0; i < rows; i++) {
            // parallel: yes - each iteration owns one element of out.
            for (int j = 0; j < cols; j++) {
                float sum = 0.0f;
                // parallel: no - a float sum keeps its order.
                for (int k = 0; k < c; k++) {
                    // parallel: no - a float sum keeps its order.
                    for (int y = 0; y < 3; y++) {
                        // parallel: no - a float sum keeps its order.
                        for (int z = 0; z < 3; z++) {
                            sum += w[9 * (f * c + k) + 3 * y + z] * x[k * plane + (i + y) * pitch + j + z];
                        }
                    }
                }
                out[(f * rows + i) * cols + j] = sum;
            }
        }
    }
}
