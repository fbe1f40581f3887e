// trmm: B = alpha A^T B for a lower triangular A with a unit diagonal, in place.
#include "suite.h"

enum { M = DIM(20, 60, 200, 1000), N = DIM(30, 80, 240, 1200) };

static void init(double (*a)[M], double (*b)[N]) {
    // parallel: yes - each iteration owns a row of a and b.
    for (int i = 0; i < M; i++) {
        // parallel: yes - each iteration owns an element.
        for (int j = 0; j < i; j++) {
            a[i][j] = (double)((i + j) % M) / M;
        }
        a[i][i] = 1.0;
        // parallel: yes - each iteration owns an element.
        for (int j = 0; j < N; j++) {
            b[i][j] = (double)((N + i - j) % N) / N;
        }
    }
}

static void kernel(double alpha, double (*a)[M], double (*b)[N]) {
    // parallel: no - a row reads the rows below it before they change.
    for (int i = 0; i < M; i++) {
        // parallel: yes - each iteration owns column j of b.
        for (int j = 0; j < N; j++) {
            // parallel: no - a float sum keeps its order.
            for (int k = i + 1; k < M; k++) {
                b[i][j] += a[k][i] * b[k][j];
            }
            b[i][j] = alpha * b[i][j];
        }
    }
}

int main(void) {
    double(*a)[M] = array(sizeof(double[M][M]));
    double(*b)[N] = array(sizeof(double[M][N]));
    init(a, b);
    kernel(1.5, a, b);
    return report("trmm", digest64(0, b, M * N));
}
