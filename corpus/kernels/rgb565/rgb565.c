// Packed RGB to pixels of 16 bits, and back.

typedef unsigned short u16;
typedef unsigned char u8;

__attribute__((export_name("to_565"))) void to_565(u16 *out, const u8 *rgb, int n) {
    // parallel: yes - each iteration owns out[i] (guard: disjoint).
    for (int i = 0; i < n; i++) {
        out[i] = (u16)((rgb[3 * i] >> 3) << 11 | (rgb[3 * i + 1] >> 2) << 5 | rgb[3 * i + 2] >> 3);
    }
}

__attribute__((export_name("from_565"))) void from_565(u8 *rgb, const u16 *src, int n) {
    // parallel: yes - each iteration owns three bytes of rgb (guard: disjoint).
    for (int i = 0; i < n; i++) {
        unsigned v = src[i], r = v >> 11, g = (v >> 5) & 63u, b = v & 31u;
        rgb[3 * i] = (u8)(r << 3 | r >> 2);
        rgb[3 * i + 1] = (u8)(g << 2 | g >> 4);
        rgb[3 * i + 2] = (u8)(b << 3 | b >> 2);
    }
}
