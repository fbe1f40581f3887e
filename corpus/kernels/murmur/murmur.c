// The finalising hash of MurmurHash3 for each element, 32 and 64 bits.

__attribute__((export_name("murmur32"))) void murmur32(unsigned *out, const unsigned *src, int n) {
    // parallel: yes - each iteration owns out[i] (guard: out and src are the same or disjoint).
    for (int i = 0; i < n; i++) {
        unsigned h = src[i];
        h = (h ^ (h >> 16)) * 0x85ebca6bu;
        h = (h ^ (h >> 13)) * 0xc2b2ae35u;
        out[i] = h ^ (h >> 16);
    }
}

__attribute__((export_name("murmur64"))) void murmur64(unsigned long long *x, int n) {
    // parallel: yes - each iteration owns x[i].
    for (int i = 0; i < n; i++) {
        unsigned long long h = x[i];
        h = (h ^ (h >> 33)) * 0xff51afd7ed558ccdull;
        h = (h ^ (h >> 33)) * 0xc4ceb9fe1a85ec53ull;
        x[i] = h ^ (h >> 33);
    }
}
