// Recurrences: x[i] from x[i - 1] and from x[i - 4], f64, and the numbers of a linear congruential generator.

__attribute__((export_name("first_order"))) void first_order(double *x, int n, double a) {
    // parallel: no - every element needs the one before.
    for (int i = 1; i < n; i++) {
        x[i] += a * x[i - 1];
    }
}

__attribute__((export_name("fourth"))) void fourth(double *x, int n, double a) {
    // parallel: no - every element needs the one four places before.
    for (int i = 4; i < n; i++) {
        x[i] += a * x[i - 4];
    }
}

__attribute__((export_name("congruential"))) int congruential(unsigned *out, int n, int seed) {
    unsigned s = (unsigned)seed;
    // parallel: no - every number needs the one before.
    for (int i = 0; i < n; i++) {
        s = s * 1664525u + 1013904223u;
        out[i] = s >> 8;
    }
    return (int)s;
}
