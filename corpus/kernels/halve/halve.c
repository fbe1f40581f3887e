// A grey image at half its size, by means of 2 x 2 pixels, and at double its size, by repetition.

typedef unsigned char u8;

__attribute__((export_name("halve"))) void halve(u8 *out, const u8 *src, int rows, int cols) {
    // parallel: yes - each iteration owns one row of out (guard: disjoint).
    for (int i = 0; i < rows; i++) {
        const u8 *p = src + 4 * i * cols;
        // parallel: yes - each iteration owns one pixel of out.
        for (int j = 0; j < cols; j++) {
            int sum = p[2 * j] + p[2 * j + 1] + p[2 * cols + 2 * j] + p[2 * cols + 2 * j + 1];
            out[i * cols + j] = (u8)((sum + 2) >> 2);
        }
    }
}

__attribute__((export_name("double_size"))) void double_size(u8 *out, const u8 *src, int rows, int cols) {
    // parallel: yes - each iteration owns one row of out (guard: disjoint).
    for (int i = 0; i < 2 * rows; i++) {
        // parallel: yes - each iteration owns one pixel of out.
        for (int j = 0; j < 2 * cols; j++) {
            out[2 * i * cols + j] = src[(i >> 1) * cols + (j >> 1)];
        }
    }
}
