// Rows of bytes by bulk memory operations: a fill of each, a copy of each into an image of another pitch.

typedef unsigned char u8;

__attribute__((export_name("fill_rows"))) void fill_rows(u8 *p, const u8 *v, int rows, int cols) {
    // parallel: yes - each iteration owns one row (guard: disjoint).
    for (int i = 0; i < rows; i++) {
        __builtin_memset(p + i * cols, v[i], (unsigned)cols);
    }
}

__attribute__((export_name("copy_rows"))) void copy_rows(u8 *dst, const u8 *src, int rows, int cols) {
    // parallel: yes - each iteration owns one row of dst (guard: disjoint).
    for (int i = 0; i < rows; i++) {
        __builtin_memcpy(dst + i * (cols + 5), src + i * cols, (unsigned)cols);
    }
}
