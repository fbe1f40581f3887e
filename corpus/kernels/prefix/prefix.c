// Inclusive prefix sum of i32.

__attribute__((export_name("prefix"))) unsigned prefix(unsigned *out, const unsigned *in, int n) {
    unsigned sum = 0;
    // parallel: no - every iteration stores the running sum, so the accumulator has another use.
    for (int i = 0; i < n; i++) {
        sum += in[i];
        out[i] = sum;
    }
    return sum;
}
