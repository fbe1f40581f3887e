// jacobi-1d: a three-point stencil, to and fro between two rows.
#include "suite.h"

enum { STEPS = DIM(20, 40, 100, 500), N = DIM(30, 120, 400, 2000) };

static void init(double *a, double *b) {
    // parallel: yes - each iteration owns an element of each row.
    for (int i = 0; i < N; i++) {
        a[i] = (i + 2.0) / N;
        b[i] = (i + 3.0) / N;
    }
}

static void kernel(double *a, double *b) {
    // parallel: no - every step reads what the step before wrote.
    for (int t = 0; t < STEPS; t++) {
        // parallel: yes - each iteration owns b[i]; a is only read.
        for (int i = 1; i < N - 1; i++) {
            b[i] = 0.33333 * (a[i - 1] + a[i] + a[i + 1]);
        }
        // parallel: yes - each iteration owns a[i]; b is only read.
        for (int i = 1; i < N - 1; i++) {
            a[i] = 0.33333 * (b[i - 1] + b[i] + b[i + 1]);
        }
    }
}

int main(void) {
    double *a = array(sizeof(double[N]));
    double *b = array(sizeof(double[N]));
    init(a, b);
    kernel(a, b);
    return report("jacobi-1d", digest64(0, a, N));
}
