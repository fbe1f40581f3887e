// trisolv: L x = b for a lower triangular L, by forward substitution.
#include "suite.h"

enum { N = DIM(40, 120, 400, 2000) };

static void init(double (*l)[N], double *x, double *b) {
    // parallel: yes - each iteration owns an element of each vector and a row of l.
    for (int i = 0; i < N; i++) {
        x[i] = -999.0;
        b[i] = i;
        // parallel: yes - each iteration owns an element.
        for (int j = 0; j <= i; j++) {
            l[i][j] = (double)(i + N - j + 1) * 2.0 / N;
        }
    }
}

static void kernel(double (*l)[N], double *x, double *b) {
    // parallel: no - an unknown needs those before it.
    for (int i = 0; i < N; i++) {
        x[i] = b[i];
        // parallel: no - a float sum keeps its order.
        for (int j = 0; j < i; j++) {
            x[i] -= l[i][j] * x[j];
        }
        x[i] = x[i] / l[i][i];
    }
}

int main(void) {
    double(*l)[N] = array(sizeof(double[N][N]));
    double *x = array(sizeof(double[N]));
    double *b = array(sizeof(double[N]));
    init(l, x, b);
    kernel(l, x, b);
    return report("trisolv", digest64(0, x, N));
}
