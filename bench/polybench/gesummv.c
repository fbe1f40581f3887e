// gesummv: y = alpha A x + beta B x.
#include "suite.h"

enum { N = DIM(30, 90, 250, 1300) };

static void init(double (*a)[N], double (*b)[N], double *x) {
    // parallel: yes - each iteration owns an element of x and a row of a and b.
    for (int i = 0; i < N; i++) {
        x[i] = (double)(i % N) / N;
        // parallel: yes - each iteration owns an element of a and b.
        for (int j = 0; j < N; j++) {
            a[i][j] = (double)((i * j + 1) % N) / N;
            b[i][j] = (double)((i * j + 2) % N) / N;
        }
    }
}

static void kernel(double alpha, double beta, double (*a)[N], double (*b)[N], double *tmp, double *x, double *y) {
    // parallel: yes - each iteration owns tmp[i] and y[i].
    for (int i = 0; i < N; i++) {
        tmp[i] = 0.0;
        y[i] = 0.0;
        // parallel: no - two float sums keep their order.
        for (int j = 0; j < N; j++) {
            tmp[i] = a[i][j] * x[j] + tmp[i];
            y[i] = b[i][j] * x[j] + y[i];
        }
        y[i] = alpha * tmp[i] + beta * y[i];
    }
}

int main(void) {
    double(*a)[N] = array(sizeof(double[N][N]));
    double(*b)[N] = array(sizeof(double[N][N]));
    double *tmp = array(sizeof(double[N]));
    double *x = array(sizeof(double[N]));
    double *y = array(sizeof(double[N]));
    init(a, b, x);
    kernel(1.5, 1.2, a, b, tmp, x, y);
    return report("gesummv", digest64(0, y, N));
}
