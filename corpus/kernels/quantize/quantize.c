// f32 to i8: scaled, rounded to the nearest even, cut off at the ends of the range.

__attribute__((export_name("quantize"))) void quantize(signed char *out, const float *in, int n, float scale) {
    // parallel: yes - each iteration owns out[i]; loads are four times as wide as stores (guard: disjoint).
    for (int i = 0; i < n; i++) {
        float v = __builtin_rintf(in[i] * scale);
        v = v < -128.0f ? -128.0f : v;
        v = v > 127.0f ? 127.0f : v;
        out[i] = (signed char)(int)v;
    }
}
