// lu: A = L U in place, without pivoting, row by row.
#include "suite.h"

enum { N = DIM(40, 120, 400, 2000) };

static void init(double (*a)[N], double (*b)[N]) {
    // parallel: yes - each iteration owns a row.
    for (int i = 0; i < N; i++) {
        // parallel: yes - each iteration owns an element.
        for (int j = 0; j <= i; j++) {
            a[i][j] = (double)(-j % N) / N + 1.0;
        }
        // parallel: yes - each iteration owns an element.
        for (int j = i + 1; j < N; j++) {
            a[i][j] = 0.0;
        }
        a[i][i] = 1.0;
    }
    // a a^T is positive semi-definite.
    // parallel: yes - each iteration owns a row.
    for (int r = 0; r < N; r++) {
        // parallel: yes - each iteration owns an element.
        for (int s = 0; s < N; s++) {
            b[r][s] = 0.0;
        }
    }
    // parallel: no - every iteration adds to all of b, floats.
    for (int t = 0; t < N; t++) {
        // parallel: yes - each iteration owns a row of b.
        for (int r = 0; r < N; r++) {
            // parallel: yes - each iteration owns b[r][s].
            for (int s = 0; s < N; s++) {
                b[r][s] += a[r][t] * a[s][t];
            }
        }
    }
    // parallel: yes - each iteration owns a row.
    for (int r = 0; r < N; r++) {
        // parallel: yes - each iteration owns an element.
        for (int s = 0; s < N; s++) {
            a[r][s] = b[r][s];
        }
    }
}

static void kernel(double (*a)[N]) {
    // parallel: no - a row needs the rows above it.
    for (int i = 0; i < N; i++) {
        // parallel: no - an element needs those to its left.
        for (int j = 0; j < i; j++) {
            // parallel: no - a float sum keeps its order.
            for (int k = 0; k < j; k++) {
                a[i][j] -= a[i][k] * a[k][j];
            }
            a[i][j] /= a[j][j];
        }
        // parallel: yes - each iteration owns a[i][j], and reads what lies left of column i and above row i.
        for (int j = i; j < N; j++) {
            // parallel: no - a float sum keeps its order.
            for (int k = 0; k < i; k++) {
                a[i][j] -= a[i][k] * a[k][j];
            }
        }
    }
}

int main(void) {
    double(*a)[N] = array(sizeof(double[N][N]));
    double(*b)[N] = array(sizeof(double[N][N]));
    init(a, b);
    free(b);
    kernel(a);
    return report("lu", digest64(0, a, N * N));
}
