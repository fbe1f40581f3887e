// Several steps of heat diffusion on a line of f64, each into a second array and back.

__attribute__((export_name("heat1d"))) void heat1d(double *a, double *b, int n, int steps) {
    // parallel: no - every step needs the step before.
    for (int t = 0; t < steps; t++) {
        // parallel: yes - each iteration owns b[i]; a is only read (guard: disjoint).
        for (int i = 1; i < n - 1; i++) {
            b[i] = 0.25 * a[i - 1] + 0.5 * a[i] + 0.25 * a[i + 1];
        }
        // parallel: yes - each iteration owns a[i]; b is only read (guard: disjoint).
        for (int i = 1; i < n - 1; i++) {
            a[i] = 0.25 * b[i - 1] + 0.5 * b[i] + 0.25 * b[i + 1];
        }
    }
}
