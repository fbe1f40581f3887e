// The covariance of the columns of a matrix of f64: means, centring, products.

__attribute__((export_name("covariance"))) void covariance(double *cov, double *mean, double *a, int rows, int cols) {
    // parallel: yes - each iteration owns mean[j] (guard: mean and a are disjoint).
    for (int j = 0; j < cols; j++) {
        double sum = 0.0;
        // parallel: no - a float sum keeps its order.
        for (int i = 0; i < rows; i++) {
            sum += a[i * cols + j];
        }
        mean[j] = sum / rows;
    }
    // parallel: yes - each iteration owns one row of a (guard: mean and a are disjoint).
    for (int i = 0; i < rows; i++) {
        // parallel: yes - each iteration owns one element of the row.
        for (int j = 0; j < cols; j++) {
            a[i * cols + j] -= mean[j];
        }
    }
    // parallel: yes - each iteration owns the row and the column of cov from its diagonal on (guard: cov and a
    // are disjoint).
    for (int x = 0; x < cols; x++) {
        // parallel: yes - each iteration owns one element and its mirror image.
        for (int y = x; y < cols; y++) {
            double sum = 0.0;
            // parallel: no - a float sum keeps its order.
            for (int i = 0; i < rows; i++) {
                sum += a[i * cols + x] * a[i * cols + y];
            }
            cov[x * cols + y] = sum / (rows - 1);
            cov[y * cols + x] = sum / (rows - 1);
        }
    }
}
