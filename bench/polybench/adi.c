// adi: heat in two dimensions by alternating directions, each half step a batch of tridiagonal systems.
#include "suite.h"

enum { N = DIM(20, 60, 200, 1000), STEPS = DIM(20, 40, 100, 500) };

static void init(double (*u)[N]) {
    // parallel: yes - each iteration owns a row.
    for (int i = 0; i < N; i++) {
        // parallel: yes - each iteration owns an element.
        for (int j = 0; j < N; j++) {
            u[i][j] = (double)(i + N - j) / N;
        }
    }
}

static void kernel(double (*u)[N], double (*v)[N], double (*p)[N], double (*q)[N]) {
    double along = 2.0 * (1.0 / STEPS) * N * N, across = 1.0 * (1.0 / STEPS) * N * N;
    double a = -along / 2.0, b = 1.0 + along, c = a;
    double d = -across / 2.0, e = 1.0 + across, f = d;
    // parallel: no - every step reads what the step before wrote.
    for (int t = 1; t <= STEPS; t++) {
        // parallel: yes - each iteration owns column i of v and row i of p and q; u is only read.
        for (int i = 1; i < N - 1; i++) {
            v[0][i] = 1.0;
            p[i][0] = 0.0;
            q[i][0] = v[0][i];
            // parallel: no - each element needs the one before.
            for (int j = 1; j < N - 1; j++) {
                p[i][j] = -c / (a * p[i][j - 1] + b);
                q[i][j] = (-d * u[j][i - 1] + (1.0 + 2.0 * d) * u[j][i] - f * u[j][i + 1] - a * q[i][j - 1]) /
                          (a * p[i][j - 1] + b);
            }
            v[N - 1][i] = 1.0;
            // parallel: no - each element needs the one after.
            for (int j = N - 2; j >= 1; j--) {
                v[j][i] = p[i][j] * v[j + 1][i] + q[i][j];
            }
        }
        // parallel: yes - each iteration owns row i of u, p and q; v is only read.
        for (int i = 1; i < N - 1; i++) {
            u[i][0] = 1.0;
            p[i][0] = 0.0;
            q[i][0] = u[i][0];
            // parallel: no - each element needs the one before.
            for (int j = 1; j < N - 1; j++) {
                p[i][j] = -f / (d * p[i][j - 1] + e);
                q[i][j] = (-a * v[i - 1][j] + (1.0 + 2.0 * a) * v[i][j] - c * v[i + 1][j] - d * q[i][j - 1]) /
                          (d * p[i][j - 1] + e);
            }
            u[i][N - 1] = 1.0;
            // parallel: no - each element needs the one after.
            for (int j = N - 2; j >= 1; j--) {
                u[i][j] = p[i][j] * u[i][j + 1] + q[i][j];
            }
        }
    }
}

int main(void) {
    double(*u)[N] = array(sizeof(double[N][N]));
    double(*v)[N] = array(sizeof(double[N][N]));
    double(*p)[N] = array(sizeof(double[N][N]));
    double(*q)[N] = array(sizeof(double[N][N]));
    init(u);
    kernel(u, v, p, q);
    return report("adi", digest64(0, u, N * N));
}
