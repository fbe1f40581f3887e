// Bilinear resizing in 16.16 fixed point; the source has one row and one column more than the steps reach.

typedef unsigned char u8;

__attribute__((export_name("resize"))) void resize(u8 *out, const u8 *src, int rows, int cols, int step) {
    int pitch = 2 * cols + 1;
    // parallel: yes - each iteration owns one row of out (guard: disjoint).
    for (int i = 0; i < rows; i++) {
        int y = i * step, fy = (y >> 8) & 255;
        // parallel: yes - each iteration owns one pixel of out; where it reads follows from the step.
        for (int j = 0; j < cols; j++) {
            int x = j * step, fx = (x >> 8) & 255;
            const u8 *p = src + (y >> 16) * pitch + (x >> 16);
            int upper = p[0] * (256 - fx) + p[1] * fx;
            int lower = p[pitch] * (256 - fx) + p[pitch + 1] * fx;
            out[i * cols + j] = (u8)((upper * (256 - fy) + lower * fy + 32768) >> 16);
        }
    }
}
