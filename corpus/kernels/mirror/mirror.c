// Mirrors the rows of an image in place, and turns an image by a quarter, 32-bit pixels.

__attribute__((export_name("mirror"))) void mirror(unsigned *p, int rows, int cols) {
    // parallel: yes - each iteration owns one row.
    for (int i = 0; i < rows; i++) {
        // parallel: yes - each iteration owns two pixels, because j stays in the left half.
        for (int j = 0; j < cols / 2; j++) {
            unsigned t = p[i * cols + j];
            p[i * cols + j] = p[i * cols + cols - 1 - j];
            p[i * cols + cols - 1 - j] = t;
        }
    }
}

__attribute__((export_name("quarter"))) void quarter(unsigned *out, const unsigned *src, int rows, int cols) {
    // parallel: yes - each iteration owns one column of out (guard: disjoint).
    for (int i = 0; i < rows; i++) {
        // parallel: yes - each iteration owns one pixel of out.
        for (int j = 0; j < cols; j++) {
            out[j * rows + rows - 1 - i] = src[i * cols + j];
        }
    }
}
