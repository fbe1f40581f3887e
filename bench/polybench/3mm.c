// 3mm: G = (A B) (C D), as three products.
#include "suite.h"

enum {
    NI = DIM(16, 40, 180, 800),
    NJ = DIM(18, 50, 190, 900),
    NK = DIM(20, 60, 200, 1000),
    NL = DIM(22, 70, 210, 1100),
    NM = DIM(24, 80, 220, 1200)
};

static void init(double (*a)[NK], double (*b)[NJ], double (*c)[NM], double (*d)[NL]) {
    // parallel: yes - each iteration owns a row.
    for (int i = 0; i < NI; i++) {
        // parallel: yes - each iteration owns an element.
        for (int j = 0; j < NK; j++) {
            a[i][j] = (double)((i * j + 1) % NI) / (5 * NI);
        }
    }
    // parallel: yes - each iteration owns a row.
    for (int i = 0; i < NK; i++) {
        // parallel: yes - each iteration owns an element.
        for (int j = 0; j < NJ; j++) {
            b[i][j] = (double)((i * (j + 1) + 2) % NJ) / (5 * NJ);
        }
    }
    // parallel: yes - each iteration owns a row.
    for (int i = 0; i < NJ; i++) {
        // parallel: yes - each iteration owns an element.
        for (int j = 0; j < NM; j++) {
            c[i][j] = (double)(i * (j + 3) % NL) / (5 * NL);
        }
    }
    // parallel: yes - each iteration owns a row.
    for (int i = 0; i < NM; i++) {
        // parallel: yes - each iteration owns an element.
        for (int j = 0; j < NL; j++) {
            d[i][j] = (double)((i * (j + 2) + 2) % NK) / (5 * NK);
        }
    }
}

static void kernel(double (*a)[NK], double (*b)[NJ], double (*c)[NM], double (*d)[NL], double (*e)[NJ], double (*f)[NL],
                   double (*g)[NL]) {
    // parallel: yes - each iteration owns a row of e.
    for (int i = 0; i < NI; i++) {
        // parallel: yes - each iteration owns e[i][j].
        for (int j = 0; j < NJ; j++) {
            e[i][j] = 0.0;
            // parallel: no - a float sum keeps its order.
            for (int k = 0; k < NK; k++) {
                e[i][j] += a[i][k] * b[k][j];
            }
        }
    }
    // parallel: yes - each iteration owns a row of f.
    for (int i = 0; i < NJ; i++) {
        // parallel: yes - each iteration owns f[i][j].
        for (int j = 0; j < NL; j++) {
            f[i][j] = 0.0;
            // parallel: no - a float sum keeps its order.
            for (int k = 0; k < NM; k++) {
                f[i][j] += c[i][k] * d[k][j];
            }
        }
    }
    // parallel: yes - each iteration owns a row of g.
    for (int i = 0; i < NI; i++) {
        // parallel: yes - each iteration owns g[i][j].
        for (int j = 0; j < NL; j++) {
            g[i][j] = 0.0;
            // parallel: no - a float sum keeps its order.
            for (int k = 0; k < NJ; k++) {
                g[i][j] += e[i][k] * f[k][j];
            }
        }
    }
}

int main(void) {
    double(*a)[NK] = array(sizeof(double[NI][NK]));
    double(*b)[NJ] = array(sizeof(double[NK][NJ]));
    double(*c)[NM] = array(sizeof(double[NJ][NM]));
    double(*d)[NL] = array(sizeof(double[NM][NL]));
    double(*e)[NJ] = array(sizeof(double[NI][NJ]));
    double(*f)[NL] = array(sizeof(double[NJ][NL]));
    double(*g)[NL] = array(sizeof(double[NI][NL]));
    init(a, b, c, d);
    kernel(a, b, c, d, e, f, g);
    return report("3mm", digest64(0, g, NI * NL));
}
