// Scrambles every i64 with xor-shifts and multiplications, in place.

__attribute__((export_name("hashmix"))) void hashmix(unsigned long long *x, int n, unsigned long long seed) {
    // parallel: yes - each iteration reads and writes only x[i].
    for (int i = 0; i < n; i++) {
        unsigned long long v = x[i] + seed;
        v ^= v >> 31;
        v *= 0x9fb21c651e98df25ull;
        v ^= v << 17;
        v = (v << 23) | (v >> 41);
        v *= 0xd6e8feb86659fd93ull;
        v ^= v >> 29;
        x[i] = v;
    }
}
