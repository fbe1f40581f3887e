// Solves n systems of two unknowns, f64; the determinant decides between the solution and zeros.

__attribute__((export_name("solve2"))) void solve2(double *x, const double *a, const double *b, int n) {
    // parallel: yes - each iteration owns one solution (guard: x is disjoint from a and b).
    for (int i = 0; i < n; i++) {
        const double *m = a + 4 * i;
        double d = m[0] * m[3] - m[1] * m[2], p = 0.0, q = 0.0;
        if (d != 0.0) {
            p = (m[3] * b[2 * i] - m[1] * b[2 * i + 1]) / d;
            q = (m[0] * b[2 * i + 1] - m[2] * b[2 * i]) / d;
        }
        x[2 * i] = p;
        x[2 * i + 1] = q;
    }
}
