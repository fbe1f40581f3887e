// Black and white from grey: by an ordered 4 x 4 pattern, and by spreading each pixel's error along its row.

typedef unsigned char u8;

__attribute__((export_name("ordered"))) void ordered(u8 *out, const u8 *src, const u8 *pattern, int rows, int cols) {
    // parallel: yes - each iteration owns one row of out (guard: disjoint).
    for (int i = 0; i < rows; i++) {
        // parallel: yes - each iteration owns one pixel of out.
        for (int j = 0; j < cols; j++) {
            out[i * cols + j] = src[i * cols + j] > pattern[4 * (i & 3) + (j & 3)] ? 255 : 0;
        }
    }
}

__attribute__((export_name("diffuse"))) void diffuse(u8 *out, const u8 *src, int rows, int cols) {
    // parallel: yes - each iteration owns one row of out and starts with no error (guard: disjoint).
    for (int i = 0; i < rows; i++) {
        int error = 0;
        // parallel: no - each pixel needs the error of the one before.
        for (int j = 0; j < cols; j++) {
            int v = src[i * cols + j] + error;
            out[i * cols + j] = v > 127 ? 255 : 0;
            error = v > 127 ? v - 255 : v;
        }
    }
}
