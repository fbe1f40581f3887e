// A Gauss filter of five taps, 1 4 6 4 1, along the rows and along the columns of a grey image; the border stays.

typedef unsigned char u8;

__attribute__((export_name("gauss_rows"))) void gauss_rows(u8 *out, const u8 *src, int rows, int cols) {
    // parallel: yes - each iteration owns one row of out (guard: disjoint).
    for (int i = 0; i < rows; i++) {
        // parallel: yes - each iteration owns one pixel of out.
        for (int j = 2; j < cols - 2; j++) {
            const u8 *p = src + i * cols + j;
            out[i * cols + j] = (u8)((p[-2] + 4 * p[-1] + 6 * p[0] + 4 * p[1] + p[2] + 8) >> 4);
        }
    }
}

__attribute__((export_name("gauss_columns"))) void gauss_columns(u8 *out, const u8 *src, int rows, int cols) {
    // parallel: yes - each iteration owns one row of out (guard: disjoint).
    for (int i = 2; i < rows - 2; i++) {
        // parallel: yes - each iteration owns one pixel of out.
        for (int j = 0; j < cols; j++) {
            const u8 *p = src + i * cols + j;
            out[i * cols + j] = (u8)((p[-2 * cols] + 4 * p[-cols] + 6 * p[0] + 4 * p[cols] + p[2 * cols] + 8) >> 4);
        }
    }
}
