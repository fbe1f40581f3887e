// Packs eight flags into each byte, the first one lowest, and unpacks them.

typedef unsigned char u8;

__attribute__((export_name("pack"))) void pack(u8 *out, const u8 *flags, int n) {
    // parallel: yes - each iteration owns out[i] (guard: disjoint).
    for (int i = 0; i < n; i++) {
        unsigned bits = 0;
        // parallel: yes - an integer or is associative and commutative.
        for (int k = 0; k < 8; k++) {
            bits |= (unsigned)(flags[8 * i + k] != 0) << k;
        }
        out[i] = (u8)bits;
    }
}

__attribute__((export_name("unpack"))) void unpack(u8 *flags, const u8 *src, int n) {
    // parallel: yes - each iteration owns eight flags (guard: disjoint).
    for (int i = 0; i < n; i++) {
        // parallel: yes - each iteration owns one flag.
        for (int k = 0; k < 8; k++) {
            flags[8 * i + k] = (src[i] >> k) & 1;
        }
    }
}
