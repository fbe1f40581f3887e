// Keeps the elements above a limit, in order, and returns how many there are.

__attribute__((export_name("compact"))) int compact(int *out, const int *in, int n, int limit) {
    int kept = 0;
    // parallel: no - where an element goes depends on all elements before.
    for (int i = 0; i < n; i++) {
        if (in[i] > limit) {
            out[kept++] = in[i];
        }
    }
    return kept;
}
