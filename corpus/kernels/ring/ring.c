// Differences on a ring of i32, whose neighbours are found by remainders.

__attribute__((export_name("ring"))) void ring(int *out, const int *src, int n, int reach) {
    // parallel: yes - each iteration owns out[i]; where it reads is a remainder (guard: disjoint).
    for (int i = 0; i < n; i++) {
        out[i] = src[(unsigned)(i + reach) % (unsigned)n] - src[i];
    }
}
