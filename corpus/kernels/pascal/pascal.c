// Pascal's triangle modulo 2^64, row by row.

__attribute__((export_name("pascal"))) void pascal(unsigned long long *t, int n) {
    t[0] = 1;
    // parallel: no - every row needs the row above.
    for (int i = 1; i < n; i++) {
        t[i * n] = 1;
        t[i * n + i] = 1;
        // parallel: yes - each iteration owns one element of the new row.
        for (int j = 1; j < i; j++) {
            t[i * n + j] = t[(i - 1) * n + j - 1] + t[(i - 1) * n + j];
        }
    }
}
