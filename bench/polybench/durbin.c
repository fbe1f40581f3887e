// durbin: a Toeplitz system by the Levinson-Durbin recursion.
#include "suite.h"

enum { N = DIM(40, 120, 400, 2000) };

static void init(double *r) {
    // parallel: yes - each iteration owns an element.
    for (int i = 0; i < N; i++) {
        r[i] = N + 1 - i;
    }
}

static void kernel(double *r, double *y, double *z) {
    double alpha = -r[0], beta = 1.0;
    y[0] = -r[0];
    // parallel: no - every step extends the solution of the step before.
    for (int k = 1; k < N; k++) {
        beta = (1.0 - alpha * alpha) * beta;
        double sum = 0.0;
        // parallel: no - a float sum keeps its order.
        for (int i = 0; i < k; i++) {
            sum += r[k - i - 1] * y[i];
        }
        alpha = -(r[k] + sum) / beta;
        // parallel: yes - each iteration owns z[i].
        for (int i = 0; i < k; i++) {
            z[i] = y[i] + alpha * y[k - i - 1];
        }
        // parallel: yes - each iteration owns y[i].
        for (int i = 0; i < k; i++) {
            y[i] = z[i];
        }
        y[k] = alpha;
    }
}

int main(void) {
    double *r = array(sizeof(double[N]));
    double *y = array(sizeof(double[N]));
    double *z = array(sizeof(double[N]));
    init(r);
    kernel(r, y, z);
    return report("durbin", digest64(0, y, N));
}
