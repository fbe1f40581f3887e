// gramschmidt: A = Q R by the modified Gram-Schmidt process, column by column.
#include "suite.h"

#include <math.h>

enum { M = DIM(20, 60, 200, 1000), N = DIM(30, 80, 240, 1200) };

static void init(double (*a)[N], double (*r)[N], double (*q)[N]) {
    // parallel: yes - each iteration owns a row of a and q.
    for (int i = 0; i < M; i++) {
        // parallel: yes - each iteration owns an element of a and q.
        for (int j = 0; j < N; j++) {
            a[i][j] = (double)(i * j % M) / M * 100.0 + 10.0;
            q[i][j] = 0.0;
        }
    }
    // parallel: yes - each iteration owns a row.
    for (int i = 0; i < N; i++) {
        // parallel: yes - each iteration owns an element.
        for (int j = 0; j < N; j++) {
            r[i][j] = 0.0;
        }
    }
}

static void kernel(double (*a)[N], double (*r)[N], double (*q)[N]) {
    // parallel: no - a column is made orthogonal to those before it.
    for (int k = 0; k < N; k++) {
        double norm = 0.0;
        // parallel: no - a float sum keeps its order.
        for (int i = 0; i < M; i++) {
            norm += a[i][k] * a[i][k];
        }
        r[k][k] = sqrt(norm);
        // parallel: yes - each iteration owns q[i][k].
        for (int i = 0; i < M; i++) {
            q[i][k] = a[i][k] / r[k][k];
        }
        // parallel: yes - each iteration owns r[k][j] and column j of a.
        for (int j = k + 1; j < N; j++) {
            r[k][j] = 0.0;
            // parallel: no - a float sum keeps its order.
            for (int i = 0; i < M; i++) {
                r[k][j] += q[i][k] * a[i][j];
            }
            // parallel: yes - each iteration owns a[i][j].
            for (int i = 0; i < M; i++) {
                a[i][j] = a[i][j] - q[i][k] * r[k][j];
            }
        }
    }
}

int main(void) {
    double(*a)[N] = array(sizeof(double[M][N]));
    double(*r)[N] = array(sizeof(double[N][N]));
    double(*q)[N] = array(sizeof(double[M][N]));
    init(a, r, q);
    kernel(a, r, q);
    return report("gramschmidt", digest64(digest64(0, r, N * N), q, M * N));
}
