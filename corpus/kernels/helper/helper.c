// Elements through small functions that the compiler is told not to inline.

__attribute__((noinline)) static double bend(double x, double a) {
    return x < 0.0 ? a * x : x + a;
}

__attribute__((noinline)) static unsigned mix(unsigned x) {
    return (x ^ (x >> 15)) * 0x2c1b3c6du;
}

__attribute__((export_name("bend_all"))) void bend_all(double *x, int n, double a) {
    // parallel: yes - each iteration owns x[i]; the function only computes.
    for (int i = 0; i < n; i++) {
        x[i] = bend(x[i], a);
    }
}

__attribute__((export_name("mix_all"))) void mix_all(unsigned *out, const unsigned *x, int n) {
    // parallel: yes - each iteration owns out[i]; the function only computes (guard: out and x are the same or
    // disjoint).
    for (int i = 0; i < n; i++) {
        out[i] = mix(x[i]) + mix(x[i] + 1u);
    }
}
