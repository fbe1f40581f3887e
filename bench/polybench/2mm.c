// 2mm: D = alpha A B C + beta D, as two products.
#include "suite.h"

enum { NI = DIM(16, 40, 180, 800), NJ = DIM(18, 50, 190, 900), NK = DIM(22, 70, 210, 1100), NL = DIM(24, 80, 220, 1200) };

static void init(double (*a)[NK], double (*b)[NJ], double (*c)[NL], double (*d)[NL]) {
    // parallel: yes - each iteration owns a row.
    for (int i = 0; i < NI; i++) {
        // parallel: yes - each iteration owns an element.
        for (int j = 0; j < NK; j++) {
            a[i][j] = (double)((i * j + 1) % NI) / NI;
        }
    }
    // parallel: yes - each iteration owns a row.
    for (int i = 0; i < NK; i++) {
        // parallel: yes - each iteration owns an element.
        for (int j = 0; j < NJ; j++) {
            b[i][j] = (double)(i * (j + 1) % NJ) / NJ;
        }
    }
    // parallel: yes - each iteration owns a row.
    for (int i = 0; i < NJ; i++) {
        // parallel: yes - each iteration owns an element.
        for (int j = 0; j < NL; j++) {
            c[i][j] = (double)((i * (j + 3) + 1) % NL) / NL;
        }
    }
    // parallel: yes - each iteration owns a row.
    for (int i = 0; i < NI; i++) {
        // parallel: yes - each iteration owns an element.
        for (int j = 0; j < NL; j++) {
            d[i][j] = (double)(i * (j + 2) % NK) / NK;
        }
    }
}

static void kernel(double alpha, double beta, double (*tmp)[NJ], double (*a)[NK], double (*b)[NJ], double (*c)[NL],
                   double (*d)[NL]) {
    // parallel: yes - each iteration owns a row of tmp.
    for (int i = 0; i < NI; i++) {
        // parallel: yes - each iteration owns tmp[i][j].
        for (int j = 0; j < NJ; j++) {
            tmp[i][j] = 0.0;
            // parallel: no - a float sum keeps its order.
            for (int k = 0; k < NK; k++) {
                tmp[i][j] += alpha * a[i][k] * b[k][j];
            }
        }
    }
    // parallel: yes - each iteration owns a row of d.
    for (int i = 0; i < NI; i++) {
        // parallel: yes - each iteration owns d[i][j].
        for (int j = 0; j < NL; j++) {
            d[i][j] *= beta;
            // parallel: no - a float sum keeps its order.
            for (int k = 0; k < NJ; k++) {
                d[i][j] += tmp[i][k] * c[k][j];
            }
        }
    }
}

int main(void) {
    double(*tmp)[NJ] = array(sizeof(double[NI][NJ]));
    double(*a)[NK] = array(sizeof(double[NI][NK]));
    double(*b)[NJ] = array(sizeof(double[NK][NJ]));
    double(*c)[NL] = array(sizeof(double[NJ][NL]));
    double(*d)[NL] = array(sizeof(double[NI][NL]));
    init(a, b, c, d);
    kernel(1.5, 1.2, tmp, a, b, c, d);
    return report("2mm", digest64(0, d, NI * NL));
}
