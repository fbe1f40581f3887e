// Sums of rows of unequal length, one after the other, by the starts of the rows.

__attribute__((export_name("ragged"))) void ragged(int *out, const unsigned *start, const int *x, int n, int m) {
    // parallel: yes - each iteration owns out[i] (guard: out is disjoint from start and x).
    for (int i = 0; i < n; i++) {
        unsigned sum = 0;
        // parallel: yes - a wrapping integer sum may be reassociated.
        for (unsigned p = start[i]; p < start[i + 1]; p++) {
            sum += (unsigned)x[p];
        }
        out[i] = (int)sum;
    }
}
