// Integer sums over pairs: the dot product of i16, and the sum of absolute differences of u8.

__attribute__((export_name("dot_i16"))) int dot_i16(const short *a, const short *b, int n) {
    unsigned sum = 0;
    // parallel: yes - a wrapping integer sum may be reassociated.
    for (int i = 0; i < n; i++) {
        sum += (unsigned)(a[i] * b[i]);
    }
    return (int)sum;
}

__attribute__((export_name("differences_u8"))) unsigned differences_u8(const unsigned char *a, const unsigned char *b,
                                                                       int n) {
    unsigned sum = 0;
    // parallel: yes - a wrapping integer sum may be reassociated.
    for (int i = 0; i < n; i++) {
        sum += a[i] > b[i] ? a[i] - b[i] : b[i] - a[i];
    }
    return sum;
}
