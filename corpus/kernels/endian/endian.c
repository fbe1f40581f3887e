// Swaps the order of the bytes of each element, 32 and 16 bits.

typedef unsigned short u16;

__attribute__((export_name("swap32"))) void swap32(unsigned *x, int n) {
    // parallel: yes - each iteration owns x[i].
    for (int i = 0; i < n; i++) {
        unsigned v = x[i];
        x[i] = v >> 24 | (v >> 8 & 0xff00u) | (v << 8 & 0xff0000u) | v << 24;
    }
}

__attribute__((export_name("swap16"))) void swap16(u16 *x, int n) {
    // parallel: yes - each iteration owns x[i].
    for (int i = 0; i < n; i++) {
        x[i] = (u16)(x[i] >> 8 | x[i] << 8);
    }
}
