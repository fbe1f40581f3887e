// Lays premultiplied RGBA pixels over others: every channel of the lower one is weakened by the alpha of the upper
// one.

typedef unsigned char u8;

__attribute__((export_name("over"))) void over(u8 *dst, const u8 *src, int n) {
    // parallel: yes - each iteration owns the four bytes of its pixel (guard: dst and src are the same or
    // disjoint).
    for (int i = 0; i < n; i++) {
        unsigned rest = 255u - src[4 * i + 3];
        // parallel: yes - each iteration owns one byte.
        for (int c = 0; c < 4; c++) {
            unsigned v = src[4 * i + c] + (dst[4 * i + c] * rest + 127u) / 255u;
            dst[4 * i + c] = (u8)(v > 255u ? 255u : v);
        }
    }
}
