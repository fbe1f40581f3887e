// Planes of channels to channels of each pixel, and the columns of a convolution, f32.

__attribute__((export_name("planes_to_pixels"))) void planes_to_pixels(float *out, const float *x, int b, int c, int h,
                                                                       int w) {
    // parallel: yes - each iteration owns one picture of out (guard: disjoint).
    for (int p = 0; p < b; p++) {
        // parallel: yes - each iteration owns one channel.
        for (int q = 0; q < c; q++) {
            // parallel: yes - each iteration owns one row of it.
            for (int i = 0; i < h; i++) {
                // parallel: yes - each iteration owns one element.
                for (int j = 0; j < w; j++) {
                    out[((p * h + i) * w + j) * c + q] = x[((p * c + q) * h + i) * w + j];
                }
            }
        }
    }
}

__attribute__((export_name("im2col"))) void im2col(float *out, const float *x, int h, int w) {
    // parallel: yes - each iteration owns three rows of out (guard: disjoint).
    for (int y = 0; y < 3; y++) {
        // parallel: yes - each iteration owns one row of out.
        for (int z = 0; z < 3; z++) {
            // parallel: yes - each iteration owns a part of that row.
            for (int i = 0; i < h; i++) {
                // parallel: yes - each iteration owns one element.
                for (int j = 0; j < w; j++) {
                    out[((3 * y + z) * h + i) * w + j] = x[(i + y) * (w + 2) + j + z];
                }
            }
        }
    }
}
