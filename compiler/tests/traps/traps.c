// Loops that trap in the middle: past the end of the memory, and by a division by zero.

typedef unsigned int u32;

static inline int quotient(int a, int b) {
    return a / b;
}

__attribute__((noinline)) static void divide(int *out, const int *a, const int *b, u32 n) {
    for (u32 i = 0; i < n; i++)
        out[i] = quotient(
            a[i],
            b[i]);
}

__attribute__((noinline)) static void scale(float *x, float k, u32 n) {
    for (u32 i = 0; i < n; i++)
        x[i] *= k;
}

static int as[64], bs[64], out[64];

__attribute__((export_name("divide_by_zero"))) int divide_by_zero(u32 zero_at) {
    for (u32 i = 0; i < 64; i++) {
        as[i] = (int)i * 7;
        bs[i] = (int)i + 1;
    }
    bs[zero_at % 64] = 0;
    divide(out, as, bs, 64);
    return out[5];
}

__attribute__((export_name("out_of_bounds"))) float out_of_bounds(u32 n) {
    float *last = (float *)(__builtin_wasm_memory_size(0) * 65536 - 4 * n / 2);
    scale(last, 2.0f, n);
    return last[0];
}
