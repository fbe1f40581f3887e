// gemm: C = alpha A B + beta C, in the order that runs along rows.
#include "suite.h"

enum { NI = DIM(20, 60, 200, 1000), NJ = DIM(25, 70, 220, 1100), NK = DIM(30, 80, 240, 1200) };

static void init(double (*c)[NJ], double (*a)[NK], double (*b)[NJ]) {
    // parallel: yes - each iteration owns a row.
    for (int i = 0; i < NI; i++) {
        // parallel: yes - each iteration owns an element.
        for (int j = 0; j < NJ; j++) {
            c[i][j] = (double)((i * j + 1) % NI) / NI;
        }
    }
    // parallel: yes - each iteration owns a row.
    for (int i = 0; i < NI; i++) {
        // parallel: yes - each iteration owns an element.
        for (int j = 0; j < NK; j++) {
            a[i][j] = (double)(i * (j + 1) % NK) / NK;
        }
    }
    // parallel: yes - each iteration owns a row.
    for (int i = 0; i < NK; i++) {
        // parallel: yes - each iteration owns an element.
        for (int j = 0; j < NJ; j++) {
            b[i][j] = (double)(i * (j + 2) % NJ) / NJ;
        }
    }
}

static void kernel(double alpha, double beta, double (*c)[NJ], double (*a)[NK], double (*b)[NJ]) {
    // parallel: yes - each iteration owns a row of c.
    for (int i = 0; i < NI; i++) {
        // parallel: yes - each iteration owns c[i][j].
        for (int j = 0; j < NJ; j++) {
            c[i][j] *= beta;
        }
        // parallel: no - every iteration adds to the same row, floats.
        for (int k = 0; k < NK; k++) {
            // parallel: yes - each iteration owns c[i][j].
            for (int j = 0; j < NJ; j++) {
                c[i][j] += alpha * a[i][k] * b[k][j];
            }
        }
    }
}

int main(void) {
    double(*c)[NJ] = array(sizeof(double[NI][NJ]));
    double(*a)[NK] = array(sizeof(double[NI][NK]));
    double(*b)[NJ] = array(sizeof(double[NK][NJ]));
    init(c, a, b);
    kernel(1.5, 1.2, c, a, b);
    return report("gemm", digest64(0, c, NI * NJ));
}
