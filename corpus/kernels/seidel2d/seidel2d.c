// Gauss-Seidel sweeps of a grid of f64 in place: in order, and one of two colours of a chessboard.

__attribute__((export_name("seidel2d"))) void seidel2d(double *a, int rows, int cols) {
    // parallel: no - each row needs the new values of the row above.
    for (int i = 1; i < rows - 1; i++) {
        // parallel: no - each cell needs the new value of its left neighbour.
        for (int j = 1; j < cols - 1; j++) {
            double *p = a + i * cols + j;
            p[0] = 0.25 * (p[-1] + p[1] + p[-cols] + p[cols]);
        }
    }
}

__attribute__((export_name("one_colour"))) void one_colour(double *a, int rows, int cols, int colour) {
    // parallel: yes - each iteration writes one colour of its row; all its neighbours have the other colour.
    for (int i = 1; i < rows - 1; i++) {
        // parallel: yes - each iteration owns one cell; it reads the other colour only.
        for (int j = 1 + ((i + colour) & 1); j < cols - 1; j += 2) {
            double *p = a + i * cols + j;
            p[0] = 0.25 * (p[-1] + p[1] + p[-cols] + p[cols]);
        }
    }
}
