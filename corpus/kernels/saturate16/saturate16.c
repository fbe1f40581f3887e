// Saturating sums of i16 and rounded means of u16.

typedef short i16;
typedef unsigned short u16;

__attribute__((export_name("add_i16"))) void add_i16(i16 *out, const i16 *a, const i16 *b, int n) {
    // parallel: yes - each iteration owns out[i] (guard: out is the same as a and b or disjoint).
    for (int i = 0; i < n; i++) {
        int sum = a[i] + b[i];
        out[i] = (i16)(sum < -32768 ? -32768 : sum > 32767 ? 32767 : sum);
    }
}

__attribute__((export_name("mean_u16"))) void mean_u16(u16 *out, const u16 *a, const u16 *b, int n) {
    // parallel: yes - each iteration owns out[i] (guard: out is the same as a and b or disjoint).
    for (int i = 0; i < n; i++) {
        out[i] = (u16)((a[i] + b[i] + 1) >> 1);
    }
}
