// Bytes to lower case by comparison, and classes of characters by a table of bits.

typedef unsigned char u8;

__attribute__((export_name("lower"))) void lower(u8 *text, int n) {
    // parallel: yes - each iteration owns text[i].
    for (int i = 0; i < n; i++) {
        if (text[i] >= 'A' && text[i] <= 'Z') {
            text[i] = text[i] | 0x20;
        }
    }
}

__attribute__((export_name("classes"))) void classes(u8 *out, const u8 *text, int n) {
    // parallel: yes - each iteration owns out[i] (guard: out and text are the same or disjoint).
    for (int i = 0; i < n; i++) {
        unsigned c = text[i];
        out[i] = c < 64u ? (u8)(0x03ff000100002600ull >> c & 1u) : 0;
    }
}
