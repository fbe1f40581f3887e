// Fixed-point arithmetic through i64: products of 16.16 numbers, and means that can't overflow.

__attribute__((export_name("mul_q16"))) void mul_q16(int *out, const int *a, const int *b, int n) {
    // parallel: yes - each iteration owns out[i].
    for (int i = 0; i < n; i++) {
        out[i] = (int)(((long long)a[i] * b[i] + 0x8000) >> 16);
    }
}

__attribute__((export_name("mean_i64"))) void mean_i64(long long *out, const long long *a, const long long *b, int n) {
    // parallel: yes - each iteration owns out[i].
    for (int i = 0; i < n; i++) {
        out[i] = (a[i] & b[i]) + ((a[i] ^ b[i]) >> 1);
    }
}
