// A step of the wave equation on a grid of f64; the new state takes the place of the one before last.

__attribute__((export_name("wave2d"))) void wave2d(double *last, const double *now, int rows, int cols, double c) {
    // parallel: yes - each iteration owns one row of last; now is only read (guard: disjoint).
    for (int i = 1; i < rows - 1; i++) {
        // parallel: yes - each iteration owns one cell of last.
        for (int j = 1; j < cols - 1; j++) {
            int at = i * cols + j;
            double bend = now[at - 1] + now[at + 1] + now[at - cols] + now[at + cols] - 4.0 * now[at];
            last[at] = 2.0 * now[at] - last[at] + c * bend;
        }
    }
}
