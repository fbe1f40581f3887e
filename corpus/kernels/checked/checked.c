// y += a * x over arrays that know their lengths, f64: an index past either end traps.

__attribute__((export_name("checked"))) void checked(double *y, int leny, const double *x, int lenx, int n, double a) {
    // parallel: yes - each iteration owns y[i]; a failing check is a bail (guard: y is the same as x or disjoint).
    for (int i = 0; i < n; i++) {
        if (i >= leny || i >= lenx) {
            __builtin_trap();
        }
        y[i] += a * x[i];
    }
}
