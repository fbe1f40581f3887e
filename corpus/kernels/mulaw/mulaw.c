// Companding of audio samples: i16 to eight bits of mu-law, and back.

typedef short i16;
typedef unsigned char u8;

__attribute__((export_name("to_mulaw"))) void to_mulaw(u8 *out, const i16 *x, int n) {
    // parallel: yes - each iteration owns out[i] (guard: disjoint).
    for (int i = 0; i < n; i++) {
        int v = x[i], sign = v < 0 ? 0x80 : 0;
        int m = (v < 0 ? -v : v) + 132;
        m = m > 32767 ? 32767 : m;
        int e = 24 - __builtin_clz((unsigned)m);
        out[i] = (u8) ~(sign | e << 4 | ((m >> (e + 3)) & 15));
    }
}

__attribute__((export_name("from_mulaw"))) void from_mulaw(i16 *out, const u8 *x, int n) {
    // parallel: yes - each iteration owns out[i] (guard: disjoint).
    for (int i = 0; i < n; i++) {
        int v = ~x[i] & 255, m = ((((v & 15) << 3) + 132) << (v >> 4 & 7)) - 132;
        out[i] = (i16)(v & 0x80 ? -m : m);
    }
}
