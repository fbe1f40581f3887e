// Narrow loads and stores: signed 16-bit samples to f32, and an integer mix of signed 8-bit samples.

__attribute__((export_name("widen"))) void widen(float *out, const short *in, int n, float gain) {
    // parallel: yes - each iteration owns out[i]; the element sizes differ (guard: disjoint).
    for (int i = 0; i < n; i++) {
        out[i] = gain * in[i];
    }
}

__attribute__((export_name("mix_i8"))) void mix_i8(signed char *out, const signed char *a, const signed char *b,
                                                   int n) {
    // parallel: yes - each iteration owns out[i].
    for (int i = 0; i < n; i++) {
        out[i] = (signed char)((a[i] + 3 * b[i]) >> 2);
    }
}
