// out[i] = table[index[i]]: reads through an index array.

__attribute__((export_name("gather"))) void gather(double *out, const double *table, const unsigned *index, int n,
                                                   unsigned m) {
    // parallel: yes - each iteration owns out[i]; what the index picks is bounds-checked in the kernel.
    for (int i = 0; i < n; i++) {
        unsigned at = index[i];
        out[i] = at < m ? table[at] : 0.0;
    }
}
