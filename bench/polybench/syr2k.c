// syr2k: C = alpha (A B^T + B A^T) + beta C, the lower triangle.
#include "suite.h"

enum { M = DIM(20, 60, 200, 1000), N = DIM(30, 80, 240, 1200) };

static void init(double (*c)[N], double (*a)[M], double (*b)[M]) {
    // parallel: yes - each iteration owns a row of a and b.
    for (int i = 0; i < N; i++) {
        // parallel: yes - each iteration owns an element of a and b.
        for (int j = 0; j < M; j++) {
            a[i][j] = (double)((i * j + 1) % N) / N;
            b[i][j] = (double)((i * j + 2) % M) / M;
        }
    }
    // parallel: yes - each iteration owns a row.
    for (int i = 0; i < N; i++) {
        // parallel: yes - each iteration owns an element.
        for (int j = 0; j < N; j++) {
            c[i][j] = (double)((i * j + 3) % N) / M;
        }
    }
}

static void kernel(double alpha, double beta, double (*c)[N], double (*a)[M], double (*b)[M]) {
    // parallel: yes - each iteration owns a row of c.
    for (int i = 0; i < N; i++) {
        // parallel: yes - each iteration owns c[i][j].
        for (int j = 0; j <= i; j++) {
            c[i][j] *= beta;
        }
        // parallel: no - every iteration adds to the same row, floats.
        for (int k = 0; k < M; k++) {
            // parallel: yes - each iteration owns c[i][j].
            for (int j = 0; j <= i; j++) {
                c[i][j] += a[j][k] * alpha * b[i][k] + b[j][k] * alpha * a[i][k];
            }
        }
    }
}

int main(void) {
    double(*c)[N] = array(sizeof(double[N][N]));
    double(*a)[M] = array(sizeof(double[N][M]));
    double(*b)[M] = array(sizeof(double[N][M]));
    init(c, a, b);
    kernel(1.5, 1.2, c, a, b);
    return report("syr2k", digest64(0, c, N * N));
}
