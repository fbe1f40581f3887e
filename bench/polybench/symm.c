// symm: C = alpha A B + beta C for a symmetric A of which only the lower triangle is stored.
#include "suite.h"

enum { M = DIM(20, 60, 200, 1000), N = DIM(30, 80, 240, 1200) };

static void init(double (*c)[N], double (*a)[M], double (*b)[N]) {
    // parallel: yes - each iteration owns a row of b and c.
    for (int i = 0; i < M; i++) {
        // parallel: yes - each iteration owns an element of b and c.
        for (int j = 0; j < N; j++) {
            c[i][j] = (double)((i + j) % 100) / M;
            b[i][j] = (double)((N + i - j) % 100) / M;
        }
    }
    // parallel: yes - each iteration owns a row.
    for (int i = 0; i < M; i++) {
        // parallel: yes - each iteration owns an element.
        for (int j = 0; j <= i; j++) {
            a[i][j] = (double)((i + j) % 100) / M;
        }
        // parallel: yes - each iteration owns an element; nothing reads it.
        for (int j = i + 1; j < M; j++) {
            a[i][j] = -999.0;
        }
    }
}

static void kernel(double alpha, double beta, double (*c)[N], double (*a)[M], double (*b)[N]) {
    // parallel: no - every iteration adds to the rows above, floats.
    for (int i = 0; i < M; i++) {
        // parallel: yes - each iteration owns column j of c.
        for (int j = 0; j < N; j++) {
            double sum = 0.0;
            // parallel: no - a float sum keeps its order.
            for (int k = 0; k < i; k++) {
                c[k][j] += alpha * b[i][j] * a[i][k];
                sum += b[k][j] * a[i][k];
            }
            c[i][j] = beta * c[i][j] + alpha * b[i][j] * a[i][i] + alpha * sum;
        }
    }
}

int main(void) {
    double(*c)[N] = array(sizeof(double[M][N]));
    double(*a)[M] = array(sizeof(double[M][M]));
    double(*b)[N] = array(sizeof(double[M][N]));
    init(c, a, b);
    kernel(1.5, 1.2, c, a, b);
    return report("symm", digest64(0, c, M * N));
}
