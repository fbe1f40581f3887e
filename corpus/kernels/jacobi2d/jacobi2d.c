// One Jacobi sweep over the inside of a rows x cols grid of f64.

__attribute__((export_name("jacobi2d"))) void jacobi2d(double *out, const double *in, int rows, int cols) {
    // parallel: yes - each iteration owns one row of out; in is only read (guard: disjoint).
    for (int i = 1; i < rows - 1; i++) {
        // parallel: yes - each iteration owns out[i][j]; in is only read (guard: disjoint).
        for (int j = 1; j < cols - 1; j++) {
            int at = i * cols + j;
            out[at] = 0.2 * (in[at] + in[at - 1] + in[at + 1] + in[at - cols] + in[at + cols]);
        }
    }
}
