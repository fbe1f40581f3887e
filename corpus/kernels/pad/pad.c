// Copies a picture of i32 into a larger one with a border of one value on every side.

__attribute__((export_name("pad"))) void pad(int *out, const int *x, int rows, int cols, int border) {
    // parallel: yes - each iteration owns one row of out (guard: disjoint).
    for (int i = 0; i < rows + 2; i++) {
        // parallel: yes - each iteration owns one element of out.
        for (int j = 0; j < cols + 2; j++) {
            int inside = i > 0 && i <= rows && j > 0 && j <= cols;
            out[i * (cols + 2) + j] = inside ? x[(i - 1) * cols + j - 1] : border;
        }
    }
}
