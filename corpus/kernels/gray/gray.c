// Packed 8-bit RGB to luma: three interleaved reads for each byte written.

__attribute__((export_name("gray"))) void gray(unsigned char *dst, const unsigned char *rgb, int n) {
    // parallel: yes - each iteration owns dst[i]; rgb is read with stride 3 (guard: disjoint).
    for (int i = 0; i < n; i++) {
        const unsigned char *p = rgb + 3 * i;
        dst[i] = (unsigned char)((77 * p[0] + 150 * p[1] + 29 * p[2]) >> 8);
    }
}
