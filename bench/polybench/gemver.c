// gemver: A += u1 v1^T + u2 v2^T; x += beta A^T y + z; w += alpha A x.
#include "suite.h"

enum { N = DIM(40, 120, 400, 2000) };

static void init(double (*a)[N], double *u1, double *v1, double *u2, double *v2, double *w, double *x, double *y,
                 double *z) {
    // parallel: yes - each iteration owns an element of each vector and a row of a.
    for (int i = 0; i < N; i++) {
        u1[i] = i;
        u2[i] = (double)(i + 1) / N / 2.0;
        v1[i] = (double)(i + 1) / N / 4.0;
        v2[i] = (double)(i + 1) / N / 6.0;
        y[i] = (double)(i + 1) / N / 8.0;
        z[i] = (double)(i + 1) / N / 9.0;
        x[i] = 0.0;
        w[i] = 0.0;
        // parallel: yes - each iteration owns an element.
        for (int j = 0; j < N; j++) {
            a[i][j] = (double)(i * j % N) / N;
        }
    }
}

static void kernel(double alpha, double beta, double (*a)[N], double *u1, double *v1, double *u2, double *v2, double *w,
                   double *x, double *y, double *z) {
    // parallel: yes - each iteration owns a row of a.
    for (int i = 0; i < N; i++) {
        // parallel: yes - each iteration owns a[i][j].
        for (int j = 0; j < N; j++) {
            a[i][j] = a[i][j] + u1[i] * v1[j] + u2[i] * v2[j];
        }
    }
    // parallel: yes - each iteration owns x[i].
    for (int i = 0; i < N; i++) {
        // parallel: no - a float sum keeps its order.
        for (int j = 0; j < N; j++) {
            x[i] = x[i] + beta * a[j][i] * y[j];
        }
    }
    // parallel: yes - each iteration owns x[i].
    for (int i = 0; i < N; i++) {
        x[i] = x[i] + z[i];
    }
    // parallel: yes - each iteration owns w[i].
    for (int i = 0; i < N; i++) {
        // parallel: no - a float sum keeps its order.
        for (int j = 0; j < N; j++) {
            w[i] = w[i] + alpha * a[i][j] * x[j];
        }
    }
}

int main(void) {
    double(*a)[N] = array(sizeof(double[N][N]));
    double *u1 = array(sizeof(double[N]));
    double *v1 = array(sizeof(double[N]));
    double *u2 = array(sizeof(double[N]));
    double *v2 = array(sizeof(double[N]));
    double *w = array(sizeof(double[N]));
    double *x = array(sizeof(double[N]));
    double *y = array(sizeof(double[N]));
    double *z = array(sizeof(double[N]));
    init(a, u1, v1, u2, v2, w, x, y, z);
    kernel(1.5, 1.2, a, u1, v1, u2, v2, w, x, y, z);
    return report("gemver", digest64(0, w, N));
}
