// Sorts bytes with their numbers by counting: counts, sums, places.

typedef unsigned char u8;

__attribute__((export_name("countsort"))) void countsort(unsigned *order, const u8 *x, unsigned *bins, int n) {
    // parallel: yes - each iteration owns bins[k].
    for (int k = 0; k < 256; k++) {
        bins[k] = 0u;
    }
    // parallel: yes - only as commutative integer updates whose old value nobody sees; plain stores would race.
    for (int i = 0; i < n; i++) {
        bins[x[i]] += 1u;
    }
    unsigned sum = 0u;
    // parallel: no - every sum needs the one before.
    for (int k = 0; k < 256; k++) {
        unsigned count = bins[k];
        bins[k] = sum;
        sum += count;
    }
    // parallel: no - where an element goes depends on the ones before.
    for (int i = 0; i < n; i++) {
        order[bins[x[i]]++] = (unsigned)i;
    }
}
