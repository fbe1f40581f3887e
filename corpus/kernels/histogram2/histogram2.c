// Counts by data: pairs of small numbers, weighted counts, and the largest value of each bin.

typedef unsigned short u16;
typedef unsigned char u8;

__attribute__((export_name("joint"))) void joint(unsigned *bins, const u8 *a, const u8 *b, int n) {
    // parallel: yes - only as commutative integer updates whose old value nobody sees; plain stores would race.
    for (int i = 0; i < n; i++) {
        bins[(a[i] >> 4) * 16 + (b[i] >> 4)] += 1u;
    }
}

__attribute__((export_name("weighted"))) void weighted(unsigned *bins, const u16 *key, const unsigned *w, int n,
                                                       int m) {
    // parallel: yes - only as commutative integer updates whose old value nobody sees; plain stores would race.
    for (int i = 0; i < n; i++) {
        bins[key[i] % (unsigned)m] += w[i];
    }
}

__attribute__((export_name("tops_of_bins"))) void tops_of_bins(int *bins, const unsigned *key, const int *x, int n,
                                                               int m) {
    // parallel: yes - only as commutative integer updates whose old value nobody sees; plain stores would race.
    for (int i = 0; i < n; i++) {
        int *bin = bins + key[i];
        *bin = x[i] > *bin ? x[i] : *bin;
    }
}
