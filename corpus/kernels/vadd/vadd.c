// c = a + b over i32, wrapping.

__attribute__((export_name("vadd"))) void vadd(unsigned *c, const unsigned *a, const unsigned *b, int n) {
    // parallel: yes - each iteration owns c[i]; a and b are only read.
    for (int i = 0; i < n; i++) {
        c[i] = a[i] + b[i];
    }
}
