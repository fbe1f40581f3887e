// bicg: s = A^T r and q = A p, one pass over A.
#include "suite.h"

enum { M = DIM(38, 116, 390, 1900), N = DIM(42, 124, 410, 2100) };

static void init(double (*a)[M], double *p, double *r) {
    // parallel: yes - each iteration owns an element.
    for (int i = 0; i < M; i++) {
        p[i] = (double)(i % M) / M;
    }
    // parallel: yes - each iteration owns an element of r and a row of a.
    for (int i = 0; i < N; i++) {
        r[i] = (double)(i % N) / N;
        // parallel: yes - each iteration owns an element.
        for (int j = 0; j < M; j++) {
            a[i][j] = (double)(i * (j + 1) % N) / N;
        }
    }
}

static void kernel(double (*a)[M], double *s, double *q, double *p, double *r) {
    // parallel: yes - each iteration owns an element.
    for (int i = 0; i < M; i++) {
        s[i] = 0.0;
    }
    // parallel: no - every iteration adds to all of s, floats.
    for (int i = 0; i < N; i++) {
        q[i] = 0.0;
        // parallel: no - the float sum q[i] keeps its order.
        for (int j = 0; j < M; j++) {
            s[j] += r[i] * a[i][j];
            q[i] += a[i][j] * p[j];
        }
    }
}

int main(void) {
    double(*a)[M] = array(sizeof(double[N][M]));
    double *s = array(sizeof(double[M]));
    double *q = array(sizeof(double[N]));
    double *p = array(sizeof(double[M]));
    double *r = array(sizeof(double[N]));
    init(a, p, r);
    kernel(a, s, q, p, r);
    return report("bicg", digest64(digest64(0, s, M), q, N));
}
