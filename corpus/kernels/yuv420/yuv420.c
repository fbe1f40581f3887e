// Three planes, the two of colours halved in both directions, to packed RGB.

typedef unsigned char u8;

__attribute__((export_name("yuv420"))) void yuv420(u8 *rgb, const u8 *y, const u8 *u, const u8 *v, int rows, int cols) {
    // parallel: yes - each iteration owns one row of rgb (guard: disjoint).
    for (int i = 0; i < 2 * rows; i++) {
        // parallel: yes - each iteration owns the three bytes of its pixel.
        for (int j = 0; j < 2 * cols; j++) {
            int l = 298 * (y[2 * i * cols + j] - 16) + 128;
            int d = u[(i >> 1) * cols + (j >> 1)] - 128, e = v[(i >> 1) * cols + (j >> 1)] - 128;
            int r = (l + 409 * e) >> 8, g = (l - 100 * d - 208 * e) >> 8, b = (l + 516 * d) >> 8;
            u8 *p = rgb + 3 * (2 * i * cols + j);
            p[0] = (u8)(r < 0 ? 0 : r > 255 ? 255 : r);
            p[1] = (u8)(g < 0 ? 0 : g > 255 ? 255 : g);
            p[2] = (u8)(b < 0 ? 0 : b > 255 ? 255 : b);
        }
    }
}
