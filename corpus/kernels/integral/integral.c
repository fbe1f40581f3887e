// The summed-area table of a grey image, in two passes: along the rows, then down the columns.

typedef unsigned char u8;

__attribute__((export_name("integral"))) void integral(unsigned *out, const u8 *src, int rows, int cols) {
    // parallel: yes - each iteration owns one row of out (guard: disjoint).
    for (int i = 0; i < rows; i++) {
        unsigned sum = 0;
        // parallel: no - every sum needs the one before.
        for (int j = 0; j < cols; j++) {
            sum += src[i * cols + j];
            out[i * cols + j] = sum;
        }
    }
    // parallel: no - every row needs the row above.
    for (int i = 1; i < rows; i++) {
        // parallel: yes - each iteration owns one element of the row.
        for (int j = 0; j < cols; j++) {
            out[i * cols + j] += out[(i - 1) * cols + j];
        }
    }
}
