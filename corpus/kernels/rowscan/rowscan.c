// Along the rows of a matrix of i32: running sums, running maxima, and the differences that undo the sums.

__attribute__((export_name("running_sums"))) void running_sums(int *x, int rows, int cols) {
    // parallel: yes - each iteration owns one row.
    for (int i = 0; i < rows; i++) {
        // parallel: no - every sum needs the one before.
        for (int j = 1; j < cols; j++) {
            x[i * cols + j] = (int)((unsigned)x[i * cols + j] + (unsigned)x[i * cols + j - 1]);
        }
    }
}

__attribute__((export_name("running_tops"))) void running_tops(int *out, const int *x, int rows, int cols) {
    // parallel: yes - each iteration owns one row of out (guard: disjoint).
    for (int i = 0; i < rows; i++) {
        int top = -2147483647 - 1;
        // parallel: no - every iteration stores the running maximum, so the accumulator has another use.
        for (int j = 0; j < cols; j++) {
            top = x[i * cols + j] > top ? x[i * cols + j] : top;
            out[i * cols + j] = top;
        }
    }
}

__attribute__((export_name("differences"))) void differences(int *out, const int *x, int rows, int cols) {
    // parallel: yes - each iteration owns one row of out (guard: disjoint).
    for (int i = 0; i < rows; i++) {
        // parallel: yes - each iteration owns one element of out.
        for (int j = 1; j < cols; j++) {
            out[i * cols + j] = (int)((unsigned)x[i * cols + j] - (unsigned)x[i * cols + j - 1]);
        }
    }
}
