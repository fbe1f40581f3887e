// Through tables: bytes to 32-bit colours, u16 to u16, and f32 between the entries of a table.

typedef unsigned short u16;
typedef unsigned char u8;

__attribute__((export_name("palette"))) void palette(unsigned *out, const u8 *src, const unsigned *colours, int n) {
    // parallel: yes - each iteration owns out[i]; the palette is only read (guard: out is disjoint from the
    // others).
    for (int i = 0; i < n; i++) {
        out[i] = colours[src[i]];
    }
}

__attribute__((export_name("curve16"))) void curve16(u16 *x, const u16 *table, int n) {
    // parallel: yes - each iteration owns x[i]; the table is only read (guard: disjoint).
    for (int i = 0; i < n; i++) {
        x[i] = table[x[i]];
    }
}

__attribute__((export_name("between"))) void between(float *out, const float *x, const float *table, int n, int m) {
    // parallel: yes - each iteration owns out[i]; the table is only read (guard: out is disjoint from the
    // others).
    for (int i = 0; i < n; i++) {
        float place = x[i] * (float)m;
        place = place > 0.0f ? place : 0.0f;
        place = place < (float)m ? place : (float)m;
        int at = (int)place;
        out[i] = table[at] + (place - (float)at) * (table[at + 1] - table[at]);
    }
}
