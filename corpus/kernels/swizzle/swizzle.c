// RGBA to BGRA in place by bytes, and the inversion of the colours by words.

typedef unsigned char u8;

__attribute__((export_name("bgra"))) void bgra(u8 *p, int n) {
    // parallel: yes - each iteration owns the bytes of its pixel.
    for (int i = 0; i < n; i++) {
        u8 red = p[4 * i];
        p[4 * i] = p[4 * i + 2];
        p[4 * i + 2] = red;
    }
}

__attribute__((export_name("invert"))) void invert(unsigned *p, int n) {
    // parallel: yes - each iteration owns one pixel.
    for (int i = 0; i < n; i++) {
        p[i] ^= 0x00ffffffu;
    }
}
