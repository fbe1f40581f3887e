// y = A x for sparse matrices of f64: compressed rows, rows of equal length, and triples.

__attribute__((export_name("spmv_csr"))) void spmv_csr(double *y, const unsigned *start, const unsigned *col,
                                                       const double *a, const double *x, int n, int m, int k) {
    // parallel: yes - each iteration owns y[i]; what the columns pick is only read (guard: y is disjoint from
    // the others).
    for (int i = 0; i < n; i++) {
        double sum = 0.0;
        // parallel: no - a float sum keeps its order.
        for (unsigned p = start[i]; p < start[i + 1]; p++) {
            sum += a[p] * x[col[p]];
        }
        y[i] = sum;
    }
}

__attribute__((export_name("spmv_ell"))) void spmv_ell(double *y, const unsigned *col, const double *a, const double *x,
                                                       int n, int w, int k) {
    // parallel: yes - each iteration owns y[i]; what the columns pick is only read (guard: y is disjoint from
    // the others).
    for (int i = 0; i < n; i++) {
        double sum = 0.0;
        // parallel: no - a float sum keeps its order.
        for (int p = 0; p < w; p++) {
            sum += a[p * n + i] * x[col[p * n + i]];
        }
        y[i] = sum;
    }
}

__attribute__((export_name("spmv_coo"))) void spmv_coo(double *y, const unsigned *row, const unsigned *col,
                                                       const double *a, const double *x, int n, int m, int k) {
    // parallel: no - two triples may add to the same element, and float sums keep their order.
    for (int p = 0; p < m; p++) {
        y[row[p]] += a[p] * x[col[p]];
    }
}
