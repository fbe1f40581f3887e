// Sends each byte through a table of 256.

__attribute__((export_name("lut"))) void lut(unsigned char *dst, const unsigned char *src, const unsigned char *table,
                                             int n) {
    // parallel: yes - each iteration owns dst[i]; the table is only read (guard: disjoint).
    for (int i = 0; i < n; i++) {
        dst[i] = table[src[i]];
    }
}
