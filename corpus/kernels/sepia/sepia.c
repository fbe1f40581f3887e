// Brown tones: each new colour is a weighted sum of the three old ones; alpha stays.

typedef unsigned char u8;

__attribute__((export_name("sepia"))) void sepia(u8 *dst, const u8 *src, int n) {
    // parallel: yes - each iteration owns the four bytes of its pixel (guard: dst and src are the same or
    // disjoint).
    for (int i = 0; i < n; i++) {
        int r = src[4 * i], g = src[4 * i + 1], b = src[4 * i + 2];
        int x = (402 * r + 787 * g + 194 * b) >> 10, y = (357 * r + 702 * g + 172 * b) >> 10;
        int z = (279 * r + 547 * g + 134 * b) >> 10;
        dst[4 * i] = (u8)(x > 255 ? 255 : x);
        dst[4 * i + 1] = (u8)(y > 255 ? 255 : y);
        dst[4 * i + 2] = (u8)z;
        dst[4 * i + 3] = src[4 * i + 3];
    }
}
