// Sums and maxima of the rows, and sums of the columns, of a matrix of i32.

__attribute__((export_name("row_sums"))) void row_sums(int *out, const int *x, int rows, int cols) {
    // parallel: yes - each iteration owns out[i] (guard: disjoint).
    for (int i = 0; i < rows; i++) {
        unsigned sum = 0;
        // parallel: yes - a wrapping integer sum may be reassociated.
        for (int j = 0; j < cols; j++) {
            sum += (unsigned)x[i * cols + j];
        }
        out[i] = (int)sum;
    }
}

__attribute__((export_name("row_tops"))) void row_tops(int *out, const int *x, int rows, int cols) {
    // parallel: yes - each iteration owns out[i] (guard: disjoint).
    for (int i = 0; i < rows; i++) {
        int top = -2147483647 - 1;
        // parallel: yes - an integer maximum is associative and commutative.
        for (int j = 0; j < cols; j++) {
            top = x[i * cols + j] > top ? x[i * cols + j] : top;
        }
        out[i] = top;
    }
}

__attribute__((export_name("column_sums"))) void column_sums(int *out, const int *x, int rows, int cols) {
    // parallel: no - every row adds to the same sums; the loops would have to change places.
    for (int i = 0; i < rows; i++) {
        // parallel: yes - each iteration owns out[j] (guard: disjoint).
        for (int j = 0; j < cols; j++) {
            out[j] = (int)((unsigned)out[j] + (unsigned)x[i * cols + j]);
        }
    }
}
