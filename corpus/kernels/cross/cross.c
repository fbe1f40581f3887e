// Cross products of n pairs of vectors of three f64, one after the other.

__attribute__((export_name("cross"))) void cross(double *out, const double *a, const double *b, int n) {
    // parallel: yes - each iteration owns the three elements of its product (guard: out is disjoint from a and
    // b).
    for (int i = 0; i < n; i++) {
        const double *p = a + 3 * i, *q = b + 3 * i;
        out[3 * i] = p[1] * q[2] - p[2] * q[1];
        out[3 * i + 1] = p[2] * q[0] - p[0] * q[2];
        out[3 * i + 2] = p[0] * q[1] - p[1] * q[0];
    }
}
