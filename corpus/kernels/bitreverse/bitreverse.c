// Exchanges the elements of f64 whose numbers are each other's bits in reverse, in place; n is 2^bits.

__attribute__((export_name("bitreverse"))) void bitreverse(double *x, int bits) {
    // parallel: yes - each iteration with i below its mirror image owns the two; all others do nothing.
    for (unsigned i = 0; i < 1u << bits; i++) {
        unsigned j = __builtin_bitreverse32(i) >> (31 - bits) >> 1;
        if (i < j) {
            double t = x[i];
            x[i] = x[j];
            x[j] = t;
        }
    }
}
