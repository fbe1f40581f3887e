// For each word of 64 bits the commonest of its hexadecimal digits, by counts in a small array of the iteration's own.

__attribute__((export_name("nibbles"))) void nibbles(unsigned *out, const unsigned long long *x, int n) {
    // parallel: yes - each iteration owns out[i]; the small array is written before it is read (guard: disjoint).
    for (int i = 0; i < n; i++) {
        unsigned count[16], at = 0;
        // parallel: yes - each iteration owns one element of the small array.
        for (int k = 0; k < 16; k++) {
            count[k] = 0;
        }
        // parallel: yes - only as commutative integer updates whose old value nobody sees.
        for (int k = 0; k < 16; k++) {
            count[x[i] >> (4 * k) & 15u] += 1;
        }
        // parallel: no - the first of the largest counts is wanted, so the order matters.
        for (unsigned k = 1; k < 16; k++) {
            at = count[k] > count[at] ? k : at;
        }
        out[i] = at;
    }
}
