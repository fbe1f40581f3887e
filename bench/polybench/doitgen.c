// doitgen: each row of a three-dimensional array times a matrix, in place through a row of scratch.
#include "suite.h"

enum { NQ = DIM(8, 20, 40, 140), NR = DIM(10, 25, 50, 150), NP = DIM(12, 30, 60, 160) };

static void init(double (*a)[NQ][NP], double (*c4)[NP]) {
    // parallel: yes - each iteration owns a plane.
    for (int r = 0; r < NR; r++) {
        // parallel: yes - each iteration owns a row.
        for (int q = 0; q < NQ; q++) {
            // parallel: yes - each iteration owns an element.
            for (int p = 0; p < NP; p++) {
                a[r][q][p] = (double)((r * q + p) % NP) / NP;
            }
        }
    }
    // parallel: yes - each iteration owns a row.
    for (int i = 0; i < NP; i++) {
        // parallel: yes - each iteration owns an element.
        for (int j = 0; j < NP; j++) {
            c4[i][j] = (double)(i * j % NP) / NP;
        }
    }
}

static void kernel(double (*a)[NQ][NP], double (*c4)[NP], double *sum) {
    // parallel: no - every iteration uses the one scratch row (a private one would make it parallel).
    for (int r = 0; r < NR; r++) {
        // parallel: no - every iteration uses the one scratch row.
        for (int q = 0; q < NQ; q++) {
            // parallel: yes - each iteration owns sum[p].
            for (int p = 0; p < NP; p++) {
                sum[p] = 0.0;
                // parallel: no - a float sum keeps its order.
                for (int s = 0; s < NP; s++) {
                    sum[p] += a[r][q][s] * c4[s][p];
                }
            }
            // parallel: yes - each iteration owns an element.
            for (int p = 0; p < NP; p++) {
                a[r][q][p] = sum[p];
            }
        }
    }
}

int main(void) {
    double(*a)[NQ][NP] = array(sizeof(double[NR][NQ][NP]));
    double(*c4)[NP] = array(sizeof(double[NP][NP]));
    double *sum = array(sizeof(double[NP]));
    init(a, c4);
    kernel(a, c4, sum);
    return report("doitgen", digest64(0, a, NR * NQ * NP));
}
