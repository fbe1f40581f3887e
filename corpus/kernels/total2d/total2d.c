// The wrapping sum of a matrix of i32 row by row, and of the diagonal of one of i64.

__attribute__((export_name("total"))) int total(const int *x, int rows, int cols) {
    unsigned sum = 0;
    // parallel: yes - a wrapping integer sum may be reassociated.
    for (int i = 0; i < rows; i++) {
        // parallel: yes - a wrapping integer sum may be reassociated.
        for (int j = 0; j < cols; j++) {
            sum += (unsigned)x[i * cols + j];
        }
    }
    return (int)sum;
}

__attribute__((export_name("trace"))) long long trace(const long long *x, int n) {
    unsigned long long sum = 0;
    // parallel: yes - a wrapping integer sum may be reassociated.
    for (int i = 0; i < n; i++) {
        sum += (unsigned long long)x[i * n + i];
    }
    return (long long)sum;
}
