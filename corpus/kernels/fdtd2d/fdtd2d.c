// A step of two-dimensional electromagnetic fields of f64: two sweeps over the electric field, one over the magnetic.

__attribute__((export_name("fdtd2d"))) void fdtd2d(double *ex, double *ey, double *hz, int rows, int cols) {
    // parallel: yes - each iteration owns one row of ey; hz is only read (guard: disjoint).
    for (int i = 1; i < rows; i++) {
        // parallel: yes - each iteration owns one cell of ey.
        for (int j = 0; j < cols; j++) {
            ey[i * cols + j] -= 0.5 * (hz[i * cols + j] - hz[(i - 1) * cols + j]);
        }
    }
    // parallel: yes - each iteration owns one row of ex; hz is only read (guard: disjoint).
    for (int i = 0; i < rows; i++) {
        // parallel: yes - each iteration owns one cell of ex.
        for (int j = 1; j < cols; j++) {
            ex[i * cols + j] -= 0.5 * (hz[i * cols + j] - hz[i * cols + j - 1]);
        }
    }
    // parallel: yes - each iteration owns one row of hz; ex and ey are only read (guard: disjoint).
    for (int i = 0; i < rows - 1; i++) {
        // parallel: yes - each iteration owns one cell of hz.
        for (int j = 0; j < cols - 1; j++) {
            int at = i * cols + j;
            hz[at] -= 0.7 * (ex[at + 1] - ex[at] + ey[at + cols] - ey[at]);
        }
    }
}
