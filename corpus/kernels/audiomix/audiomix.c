// Mixes two tracks of 16-bit samples with gains in 1/256, cut off at the ends of the range.

__attribute__((export_name("audiomix"))) void audiomix(short *out, const short *a, const short *b, int n, int gain_a,
                                                       int gain_b) {
    // parallel: yes - each iteration owns out[i] (guard: the same as a or b, or disjoint).
    for (int i = 0; i < n; i++) {
        int v = (a[i] * gain_a + b[i] * gain_b) >> 8;
        out[i] = (short)(v < -32768 ? -32768 : v > 32767 ? 32767 : v);
    }
}
