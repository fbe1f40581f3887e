// Multiplies the colours of RGBA pixels by their alpha, rounded, in place.

typedef unsigned char u8;

__attribute__((export_name("premultiply"))) void premultiply(u8 *rgba, int n) {
    // parallel: yes - each iteration owns the four bytes of its pixel.
    for (int i = 0; i < n; i++) {
        u8 *p = rgba + 4 * i;
        unsigned a = p[3];
        p[0] = (u8)((p[0] * a + 127u) / 255u);
        p[1] = (u8)((p[1] * a + 127u) / 255u);
        p[2] = (u8)((p[2] * a + 127u) / 255u);
    }
}
