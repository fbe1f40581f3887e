// Copies a rows x cols block of 32-bit pixels between two images of different pitch, with the bytes of each swapped.

__attribute__((export_name("copy2d"))) void copy2d(unsigned *dst, const unsigned *src, int rows, int cols, int to,
                                                   int from) {
    // parallel: yes - each iteration owns one row of the block (guard: the pitch is at least the width; disjoint).
    for (int i = 0; i < rows; i++) {
        // parallel: yes - each iteration owns one pixel.
        for (int j = 0; j < cols; j++) {
            dst[i * to + j] = __builtin_bswap32(src[i * from + j]);
        }
    }
}
