// Counts bytes into 256 bins of i32.

__attribute__((export_name("histogram"))) void histogram(unsigned *bins, const unsigned char *src, int n) {
    // parallel: yes - only as commutative integer updates whose old value nobody sees; plain stores would race.
    for (int i = 0; i < n; i++) {
        bins[src[i]] += 1;
    }
}
