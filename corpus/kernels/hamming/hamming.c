// In how many bits two arrays of i64 differ.

__attribute__((export_name("hamming"))) long long hamming(const unsigned long long *a, const unsigned long long *b,
                                                          int n) {
    long long sum = 0;
    // parallel: yes - an integer sum may be reassociated.
    for (int i = 0; i < n; i++) {
        sum += __builtin_popcountll(a[i] ^ b[i]);
    }
    return sum;
}
