// out[index[i]] = in[i]: writes through an index array; what points outside is left out.

__attribute__((export_name("scatter"))) void scatter(double *out, const double *in, const unsigned *index, int n,
                                                     unsigned m) {
    // parallel: no - two iterations may write the same element, and the last one must win.
    for (int i = 0; i < n; i++) {
        if (index[i] < m) {
            out[index[i]] = in[i];
        }
    }
}
