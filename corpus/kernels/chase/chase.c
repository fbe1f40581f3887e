// Follows links: one chain to its end, and two links for each of n elements.

__attribute__((export_name("chase"))) int chase(const unsigned *next, int n, int steps) {
    unsigned at = 0;
    // parallel: no - every step starts where the one before has ended.
    for (int k = 0; k < steps; k++) {
        at = next[at];
    }
    return (int)at;
}

__attribute__((export_name("two_links"))) void two_links(unsigned *out, const unsigned *next, int n) {
    // parallel: yes - each iteration owns out[i]; the links are only read (guard: disjoint).
    for (int i = 0; i < n; i++) {
        out[i] = next[next[i]];
    }
}
