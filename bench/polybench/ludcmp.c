// ludcmp: a linear system by A = L U and two substitutions.
#include "suite.h"

enum { N = DIM(40, 120, 400, 2000) };

static void init(double (*a)[N], double (*b)[N], double *c, double *x, double *y) {
    // parallel: yes - each iteration owns an element of each vector.
    for (int i = 0; i < N; i++) {
        x[i] = 0.0;
        y[i] = 0.0;
        c[i] = (double)(i + 1) / N / 2.0 + 4.0;
    }
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

static void kernel(double (*a)[N], double *c, double *x, double *y) {
    // parallel: no - a row needs the rows above it.
    for (int i = 0; i < N; i++) {
        // parallel: no - an element needs those to its left.
        for (int j = 0; j < i; j++) {
            double w = a[i][j];
            // parallel: no - a float sum keeps its order.
            for (int k = 0; k < j; k++) {
                w -= a[i][k] * a[k][j];
            }
            a[i][j] = w / a[j][j];
        }
        // parallel: yes - each iteration owns a[i][j], and reads what lies left of column i and above row i.
        for (int j = i; j < N; j++) {
            double w = a[i][j];
            // parallel: no - a float sum keeps its order.
            for (int k = 0; k < i; k++) {
                w -= a[i][k] * a[k][j];
            }
            a[i][j] = w;
        }
    }
    // parallel: no - an unknown needs those before it.
    for (int i = 0; i < N; i++) {
        double w = c[i];
        // parallel: no - a float sum keeps its order.
        for (int j = 0; j < i; j++) {
            w -= a[i][j] * y[j];
        }
        y[i] = w;
    }
    // parallel: no - an unknown needs those after it.
    for (int i = N - 1; i >= 0; i--) {
        double w = y[i];
        // parallel: no - a float sum keeps its order.
        for (int j = i + 1; j < N; j++) {
            w -= a[i][j] * x[j];
        }
        x[i] = w / a[i][i];
    }
}

int main(void) {
    double(*a)[N] = array(sizeof(double[N][N]));
    double(*b)[N] = array(sizeof(double[N][N]));
    double *c = array(sizeof(double[N]));
    double *x = array(sizeof(double[N]));
    double *y = array(sizeof(double[N]));
    init(a, b, c, x, y);
    free(b);
    kernel(a, c, x, y);
    return report("ludcmp", digest64(0, x, N));
}
