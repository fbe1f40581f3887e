// atax: y = A^T (A x), one pass over A.
#include "suite.h"

enum { M = DIM(38, 116, 390, 1900), N = DIM(42, 124, 410, 2100) };

static void init(double (*a)[N], double *x) {
    // parallel: yes - each iteration owns an element.
    for (int i = 0; i < N; i++) {
        x[i] = 1.0 + (double)i / N;
    }
    // parallel: yes - each iteration owns a row.
    for (int i = 0; i < M; i++) {
        // parallel: yes - each iteration owns an element.
        for (int j = 0; j < N; j++) {
            a[i][j] = (double)((i + j) % N) / (5 * M);
        }
    }
}

static void kernel(double (*a)[N], double *x, double *y, double *tmp) {
    // parallel: yes - each iteration owns an element.
    for (int i = 0; i < N; i++) {
        y[i] = 0.0;
    }
    // parallel: no - every iteration adds to all of y, floats.
    for (int i = 0; i < M; i++) {
        tmp[i] = 0.0;
        // parallel: no - a float sum keeps its order.
        for (int j = 0; j < N; j++) {
            tmp[i] += a[i][j] * x[j];
        }
        // parallel: yes - each iteration owns y[j].
        for (int j = 0; j < N; j++) {
            y[j] += a[i][j] * tmp[i];
        }
    }
}

int main(void) {
    double(*a)[N] = array(sizeof(double[M][N]));
    double *x = array(sizeof(double[N]));
    double *y = array(sizeof(double[N]));
    double *tmp = array(sizeof(double[M]));
    init(a, x);
    kernel(a, x, y, tmp);
    return report("atax", digest64(0, y, N));
}
