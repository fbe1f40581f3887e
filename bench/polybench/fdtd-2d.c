// fdtd-2d: finite differences in the time domain, two electric fields and a magnetic one.
#include "suite.h"

enum { STEPS = DIM(20, 40, 100, 500), NX = DIM(20, 60, 200, 1000), NY = DIM(30, 80, 240, 1200) };

static void init(double (*ex)[NY], double (*ey)[NY], double (*hz)[NY], double *source) {
    // parallel: yes - each iteration owns an element.
    for (int t = 0; t < STEPS; t++) {
        source[t] = t;
    }
    // parallel: yes - each iteration owns a row of each field.
    for (int i = 0; i < NX; i++) {
        // parallel: yes - each iteration owns an element of each field.
        for (int j = 0; j < NY; j++) {
            ex[i][j] = (double)i * (j + 1) / NX;
            ey[i][j] = (double)i * (j + 2) / NY;
            hz[i][j] = (double)i * (j + 3) / NX;
        }
    }
}

static void kernel(double (*ex)[NY], double (*ey)[NY], double (*hz)[NY], double *source) {
    // parallel: no - every step reads what the step before wrote.
    for (int t = 0; t < STEPS; t++) {
        // parallel: yes - each iteration owns an element.
        for (int j = 0; j < NY; j++) {
            ey[0][j] = source[t];
        }
        // parallel: yes - each iteration owns a row of ey; hz is only read.
        for (int i = 1; i < NX; i++) {
            // parallel: yes - each iteration owns an element.
            for (int j = 0; j < NY; j++) {
                ey[i][j] -= 0.5 * (hz[i][j] - hz[i - 1][j]);
            }
        }
        // parallel: yes - each iteration owns a row of ex; hz is only read.
        for (int i = 0; i < NX; i++) {
            // parallel: yes - each iteration owns an element.
            for (int j = 1; j < NY; j++) {
                ex[i][j] -= 0.5 * (hz[i][j] - hz[i][j - 1]);
            }
        }
        // parallel: yes - each iteration owns a row of hz; ex and ey are only read.
        for (int i = 0; i < NX - 1; i++) {
            // parallel: yes - each iteration owns an element.
            for (int j = 0; j < NY - 1; j++) {
                hz[i][j] -= 0.7 * (ex[i][j + 1] - ex[i][j] + ey[i + 1][j] - ey[i][j]);
            }
        }
    }
}

int main(void) {
    double(*ex)[NY] = array(sizeof(double[NX][NY]));
    double(*ey)[NY] = array(sizeof(double[NX][NY]));
    double(*hz)[NY] = array(sizeof(double[NX][NY]));
    double *source = array(sizeof(double[STEPS]));
    init(ex, ey, hz, source);
    kernel(ex, ey, hz, source);
    return report("fdtd-2d", digest64(digest64(digest64(0, ex, NX * NY), ey, NX * NY), hz, NX * NY));
}
