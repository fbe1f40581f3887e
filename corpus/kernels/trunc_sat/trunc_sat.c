// f64 to i32, saturating, NaN to 0: the comparisons are spelled out, so that every build has defined behaviour.

__attribute__((export_name("trunc_sat"))) void trunc_sat(int *out, const double *in, int n) {
    // parallel: yes - each iteration owns out[i]; nothing traps.
    for (int i = 0; i < n; i++) {
        double x = in[i];
        int v;
        if (x >= 2147483647.0) {
            v = 2147483647;
        } else if (x > -2147483649.0) {
            v = (int)x;
        } else {
            v = x != x ? 0 : -2147483647 - 1;
        }
        out[i] = v;
    }
}
