// Interleaved 8-bit RGB to three planes: luma and two colour differences, in integers.

typedef unsigned char u8;

__attribute__((export_name("yuv"))) void yuv(u8 *y, u8 *u, u8 *v, const u8 *rgb, int n) {
    // parallel: yes - each iteration owns one byte of each plane (guard: the four arrays are disjoint).
    for (int i = 0; i < n; i++) {
        int r = rgb[3 * i], g = rgb[3 * i + 1], b = rgb[3 * i + 2];
        y[i] = (u8)(((66 * r + 129 * g + 25 * b + 128) >> 8) + 16);
        u[i] = (u8)(((-38 * r - 74 * g + 112 * b + 128) >> 8) + 128);
        v[i] = (u8)(((112 * r - 94 * g - 18 * b + 128) >> 8) + 128);
    }
}
