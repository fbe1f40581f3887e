// Whether an array of i32 is in order, and how long the run of equal elements is that ends at each.

__attribute__((export_name("ordered_until"))) int ordered_until(const int *x, int n) {
    // parallel: no - the first break of order ends the search.
    for (int i = 1; i < n; i++) {
        if (x[i - 1] > x[i]) {
            return i;
        }
    }
    return n;
}

__attribute__((export_name("runs"))) void runs(int *out, const int *x, int n) {
    int run = 0;
    // parallel: no - every run goes on from the one before.
    for (int i = 0; i < n; i++) {
        run = i > 0 && x[i] == x[i - 1] ? run + 1 : 1;
        out[i] = run;
    }
}
