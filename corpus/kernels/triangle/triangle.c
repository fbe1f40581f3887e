// Triangles of a square matrix of f64: the upper one becomes the mirror image of the lower one; every second element
// right of the diagonal is negated.

__attribute__((export_name("mirror_up"))) void mirror_up(double *a, int n) {
    // parallel: yes - each iteration owns the row of the upper triangle; what it reads lies below the diagonal.
    for (int i = 0; i < n; i++) {
        // parallel: yes - each iteration owns one element.
        for (int j = i + 1; j < n; j++) {
            a[i * n + j] = a[j * n + i];
        }
    }
}

__attribute__((export_name("negate_second"))) void negate_second(double *a, int n) {
    // parallel: yes - each iteration owns one row.
    for (int i = 0; i < n; i++) {
        // parallel: yes - each iteration owns one element.
        for (int j = i; j < n; j += 2) {
            a[i * n + j] = -a[i * n + j];
        }
    }
}
