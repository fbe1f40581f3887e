// covariance: the covariance matrix of M attributes over N points.
#include "suite.h"

enum { M = DIM(28, 80, 240, 1200), N = DIM(32, 100, 260, 1400) };

static void init(double (*data)[M]) {
    // parallel: yes - each iteration owns a row.
    for (int i = 0; i < N; i++) {
        // parallel: yes - each iteration owns an element.
        for (int j = 0; j < M; j++) {
            data[i][j] = (double)(i * j) / M;
        }
    }
}

static void kernel(double (*data)[M], double (*cov)[M], double *mean) {
    // parallel: yes - each iteration owns mean[j].
    for (int j = 0; j < M; j++) {
        mean[j] = 0.0;
        // parallel: no - a float sum keeps its order.
        for (int i = 0; i < N; i++) {
            mean[j] += data[i][j];
        }
        mean[j] /= N;
    }
    // parallel: yes - each iteration owns a row of data.
    for (int i = 0; i < N; i++) {
        // parallel: yes - each iteration owns an element.
        for (int j = 0; j < M; j++) {
            data[i][j] -= mean[j];
        }
    }
    // parallel: yes - each iteration owns row i and column i from the diagonal on.
    for (int i = 0; i < M; i++) {
        // parallel: yes - each iteration owns cov[i][j] and cov[j][i].
        for (int j = i; j < M; j++) {
            cov[i][j] = 0.0;
            // parallel: no - a float sum keeps its order.
            for (int k = 0; k < N; k++) {
                cov[i][j] += data[k][i] * data[k][j];
            }
            cov[i][j] /= N - 1.0;
            cov[j][i] = cov[i][j];
        }
    }
}

int main(void) {
    double(*data)[M] = array(sizeof(double[N][M]));
    double(*cov)[M] = array(sizeof(double[M][M]));
    double *mean = array(sizeof(double[M]));
    init(data);
    kernel(data, cov, mean);
    return report("covariance", digest64(0, cov, M * M));
}
