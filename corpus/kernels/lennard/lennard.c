// Forces between particles on a line by lists of m neighbours each; those too far away are skipped, f64.

__attribute__((export_name("lennard"))) void lennard(double *f, const double *x, const unsigned *near, int n, int m,
                                                     double cut) {
    // parallel: yes - each iteration owns f[i]; what the lists pick is only read (guard: f is disjoint from x
    // and near).
    for (int i = 0; i < n; i++) {
        double sum = 0.0;
        // parallel: no - a float sum keeps its order.
        for (int k = 0; k < m; k++) {
            double d = x[i] - x[near[i * m + k]], r = d * d;
            if (r >= cut || r == 0.0) {
                continue;
            }
            double s = 1.0 / (r * r * r);
            sum += (48.0 * s - 24.0) * s * d / r;
        }
        f[i] = sum;
    }
}
