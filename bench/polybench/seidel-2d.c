// seidel-2d: a nine-point stencil in place.
#include "suite.h"

enum { STEPS = DIM(20, 40, 100, 500), N = DIM(40, 120, 400, 2000) };

static void init(double (*a)[N]) {
    // parallel: yes - each iteration owns a row.
    for (int i = 0; i < N; i++) {
        // parallel: yes - each iteration owns a cell.
        for (int j = 0; j < N; j++) {
            a[i][j] = ((double)i * (j + 2) + 2.0) / N;
        }
    }
}

static void kernel(double (*a)[N]) {
    // parallel: no - every step reads what the step before wrote.
    for (int t = 0; t < STEPS; t++) {
        // parallel: no - a row needs the new row above it (skewed, a wavefront would be parallel).
        for (int i = 1; i <= N - 2; i++) {
            // parallel: no - a cell needs the new cell to its left.
            for (int j = 1; j <= N - 2; j++) {
                a[i][j] = (a[i - 1][j - 1] + a[i - 1][j] + a[i - 1][j + 1] + a[i][j - 1] + a[i][j] + a[i][j + 1] +
                           a[i + 1][j - 1] + a[i + 1][j] + a[i + 1][j + 1]) /
                          9.0;
            }
        }
    }
}

int main(void) {
    double(*a)[N] = array(sizeof(double[N][N]));
    init(a);
    kernel(a);
    return report("seidel-2d", digest64(0, a, N * N));
}
