// Makes the rows of a matrix of f32 orthogonal, one after the other.

__attribute__((export_name("gram_schmidt"))) void gram_schmidt(float *q, int rows, int cols) {
    // parallel: no - every row needs the finished rows before.
    for (int k = 0; k < rows; k++) {
        float sum = 0.0f;
        // parallel: no - a float sum keeps its order.
        for (int j = 0; j < cols; j++) {
            sum += q[k * cols + j] * q[k * cols + j];
        }
        float scale = 1.0f / __builtin_sqrtf(sum);
        // parallel: yes - each iteration owns one element of the row.
        for (int j = 0; j < cols; j++) {
            q[k * cols + j] *= scale;
        }
        // parallel: yes - each iteration owns one of the rows that follow; the finished row is only read.
        for (int i = k + 1; i < rows; i++) {
            float dot = 0.0f;
            // parallel: no - a float sum keeps its order.
            for (int j = 0; j < cols; j++) {
                dot += q[k * cols + j] * q[i * cols + j];
            }
            // parallel: yes - each iteration owns one element of its row.
            for (int j = 0; j < cols; j++) {
                q[i * cols + j] -= dot * q[k * cols + j];
            }
        }
    }
}
