// Copies n 32-bit elements from one runtime stride to another, as BLAS does.

__attribute__((export_name("scopy"))) void scopy(int *y, const int *x, int n, int sy, int sx) {
    int from = sx < 0 ? (1 - n) * sx : 0;
    // parallel: yes - each iteration owns y[i * sy] unless sy is zero (guard: sy is not zero; y and x are
    // disjoint).
    for (int i = 0; i < n; i++) {
        y[i * sy] = x[from + i * sx];
    }
}
