// C = A B over i8 with sums of i32.

typedef signed char i8;

__attribute__((export_name("igemm"))) void igemm(int *c, const i8 *a, const i8 *b, int n, int m, int k) {
    // parallel: yes - each iteration owns one row of c (guard: c is disjoint from a and b).
    for (int i = 0; i < n; i++) {
        // parallel: yes - each iteration owns one element of c.
        for (int j = 0; j < m; j++) {
            int sum = 0;
            // parallel: yes - a wrapping integer sum may be reassociated.
            for (int l = 0; l < k; l++) {
                sum += a[i * k + l] * b[l * m + j];
            }
            c[i * m + j] = sum;
        }
    }
}
