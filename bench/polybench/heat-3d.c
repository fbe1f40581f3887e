// heat-3d: the heat equation in three dimensions, to and fro between two grids.
#include "suite.h"

enum { STEPS = DIM(20, 40, 100, 500), N = DIM(10, 20, 40, 120) };

static void init(double (*a)[N][N], double (*b)[N][N]) {
    // parallel: yes - each iteration owns a plane of each grid.
    for (int i = 0; i < N; i++) {
        // parallel: yes - each iteration owns a row of each grid.
        for (int j = 0; j < N; j++) {
            // parallel: yes - each iteration owns a cell of each grid.
            for (int k = 0; k < N; k++) {
                a[i][j][k] = b[i][j][k] = (double)(i + j + (N - k)) * 10.0 / N;
            }
        }
    }
}

static inline void sweep(double (*to)[N][N], double (*from)[N][N]) {
    // parallel: yes - each iteration owns a plane of `to`; `from` is only read.
    for (int i = 1; i < N - 1; i++) {
        // parallel: yes - each iteration owns a row.
        for (int j = 1; j < N - 1; j++) {
            // parallel: yes - each iteration owns a cell.
            for (int k = 1; k < N - 1; k++) {
                to[i][j][k] = 0.125 * (from[i + 1][j][k] - 2.0 * from[i][j][k] + from[i - 1][j][k]) +
                              0.125 * (from[i][j + 1][k] - 2.0 * from[i][j][k] + from[i][j - 1][k]) +
                              0.125 * (from[i][j][k + 1] - 2.0 * from[i][j][k] + from[i][j][k - 1]) + from[i][j][k];
            }
        }
    }
}

static void kernel(double (*a)[N][N], double (*b)[N][N]) {
    // parallel: no - every step reads what the step before wrote.
    for (int t = 1; t <= STEPS; t++) {
        sweep(b, a);
        sweep(a, b);
    }
}

int main(void) {
    double(*a)[N][N] = array(sizeof(double[N][N][N]));
    double(*b)[N][N] = array(sizeof(double[N][N][N]));
    init(a, b);
    kernel(a, b);
    return report("heat-3d", digest64(0, a, N * N * N));
}
