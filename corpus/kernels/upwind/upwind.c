// A step of transport on a line of f64: each cell looks against its own wind.

__attribute__((export_name("upwind"))) void upwind(double *out, const double *u, const double *wind, int n, double c) {
    // parallel: yes - each iteration owns out[i] (guard: disjoint).
    for (int i = 1; i < n - 1; i++) {
        double slope = wind[i] > 0.0 ? u[i] - u[i - 1] : u[i + 1] - u[i];
        out[i] = u[i] - c * wind[i] * slope;
    }
}
