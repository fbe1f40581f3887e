// Two ways to lay one 8-bit image over another: a saturating sum, and a mix by a mask.

typedef unsigned char u8;

__attribute__((export_name("add_saturating"))) void add_saturating(u8 *dst, const u8 *src, int n) {
    // parallel: yes - each iteration reads and writes one byte of dst (guard: the same or disjoint).
    for (int i = 0; i < n; i++) {
        int v = dst[i] + src[i];
        dst[i] = (u8)(v > 255 ? 255 : v);
    }
}

__attribute__((export_name("mix_by_mask"))) void mix_by_mask(u8 *out, const u8 *a, const u8 *b, const u8 *mask, int n) {
    // parallel: yes - each iteration owns one byte of out (guard: disjoint from the others).
    for (int i = 0; i < n; i++) {
        unsigned m = mask[i];
        out[i] = (u8)((a[i] * m + b[i] * (255 - m) + 127) / 255);
    }
}
