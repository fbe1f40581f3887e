// mvt: x1 += A y1 and x2 += A^T y2.
#include "suite.h"

enum { N = DIM(40, 120, 400, 2000) };

static void init(double (*a)[N], double *x1, double *x2, double *y1, double *y2) {
    // parallel: yes - each iteration owns an element of each vector and a row of a.
    for (int i = 0; i < N; i++) {
        x1[i] = (double)(i % N) / N;
        x2[i] = (double)((i + 1) % N) / N;
        y1[i] = (double)((i + 3) % N) / N;
        y2[i] = (double)((i + 4) % N) / N;
        // parallel: yes - each iteration owns an element.
        for (int j = 0; j < N; j++) {
            a[i][j] = (double)(i * j % N) / N;
        }
    }
}

static void kernel(double (*a)[N], double *x1, double *x2, double *y1, double *y2) {
    // parallel: yes - each iteration owns x1[i].
    for (int i = 0; i < N; i++) {
        // parallel: no - a float sum keeps its order.
        for (int j = 0; j < N; j++) {
            x1[i] = x1[i] + a[i][j] * y1[j];
        }
    }
    // parallel: yes - each iteration owns x2[i].
    for (int i = 0; i < N; i++) {
        // parallel: no - a float sum keeps its order.
        for (int j = 0; j < N; j++) {
            x2[i] = x2[i] + a[j][i] * y2[j];
        }
    }
}

int main(void) {
    double(*a)[N] = array(sizeof(double[N][N]));
    double *x1 = array(sizeof(double[N]));
    double *x2 = array(sizeof(double[N]));
    double *y1 = array(sizeof(double[N]));
    double *y2 = array(sizeof(double[N]));
    init(a, x1, x2, y1, y2);
    kernel(a, x1, x2, y1, y2);
    return report("mvt", digest64(digest64(0, x1, N), x2, N));
}
