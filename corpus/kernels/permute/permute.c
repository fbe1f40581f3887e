// By an index: elements to their places, rows from theirs.

__attribute__((export_name("permute"))) void permute(unsigned *out, const unsigned *x, const unsigned *index, int n) {
    // parallel: no - two elements of the index may be the same, and then the last one counts.
    for (int i = 0; i < n; i++) {
        out[index[i]] = x[i];
    }
}

__attribute__((export_name("gather_rows"))) void gather_rows(float *out, const float *x, const unsigned *index, int n,
                                                             int w, int m) {
    // parallel: yes - each iteration owns one row of out; what the index picks is only read (guard: out is
    // disjoint from the others).
    for (int i = 0; i < n; i++) {
        // parallel: yes - each iteration owns one element of the row.
        for (int j = 0; j < w; j++) {
            out[i * w + j] = x[index[i] * (unsigned)w + (unsigned)j];
        }
    }
}
