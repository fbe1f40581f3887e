// Writes the transpose of a row-major rows x cols matrix of f32.

__attribute__((export_name("transpose"))) void transpose(float *out, const float *in, int rows, int cols) {
    // parallel: yes - each iteration owns one column of out (guard: disjoint).
    for (int i = 0; i < rows; i++) {
        // parallel: yes - each iteration owns out[j][i], at a runtime stride.
        for (int j = 0; j < cols; j++) {
            out[j * rows + i] = in[i * cols + j];
        }
    }
}
