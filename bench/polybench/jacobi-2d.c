// jacobi-2d: a five-point stencil, to and fro between two grids.
#include "suite.h"

enum { STEPS = DIM(20, 40, 100, 500), N = DIM(30, 90, 250, 1300) };

static void init(double (*a)[N], double (*b)[N]) {
    // parallel: yes - each iteration owns a row of each grid.
    for (int i = 0; i < N; i++) {
        // parallel: yes - each iteration owns a cell of each grid.
        for (int j = 0; j < N; j++) {
            a[i][j] = ((double)i * (j + 2) + 2.0) / N;
            b[i][j] = ((double)i * (j + 3) + 3.0) / N;
        }
    }
}

static inline void sweep(double (*to)[N], double (*from)[N]) {
    // parallel: yes - each iteration owns a row of `to`; `from` is only read.
    for (int i = 1; i < N - 1; i++) {
        // parallel: yes - each iteration owns a cell.
        for (int j = 1; j < N - 1; j++) {
            to[i][j] = 0.2 * (from[i][j] + from[i][j - 1] + from[i][j + 1] + from[i + 1][j] + from[i - 1][j]);
        }
    }
}

static void kernel(double (*a)[N], double (*b)[N]) {
    // parallel: no - every step reads what the step before wrote.
    for (int t = 0; t < STEPS; t++) {
        sweep(b, a);
        sweep(a, b);
    }
}

int main(void) {
    double(*a)[N] = array(sizeof(double[N][N]));
    double(*b)[N] = array(sizeof(double[N][N]));
    init(a, b);
    kernel(a, b);
    return report("jacobi-2d", digest64(0, a, N * N));
}
