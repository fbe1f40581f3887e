// correlation: the correlation matrix of M attributes over N points.
#include "suite.h"

#include <math.h>

enum { M = DIM(28, 80, 240, 1200), N = DIM(32, 100, 260, 1400) };

static void init(double (*data)[M]) {
    // parallel: yes - each iteration owns a row.
    for (int i = 0; i < N; i++) {
        // parallel: yes - each iteration owns an element.
        for (int j = 0; j < M; j++) {
            data[i][j] = (double)(i * j) / M + i;
        }
    }
}

static void kernel(double (*data)[M], double (*corr)[M], double *mean, double *deviation) {
    // parallel: yes - each iteration owns mean[j].
    for (int j = 0; j < M; j++) {
        mean[j] = 0.0;
        // parallel: no - a float sum keeps its order.
        for (int i = 0; i < N; i++) {
            mean[j] += data[i][j];
        }
        mean[j] /= N;
    }
    // parallel: yes - each iteration owns deviation[j].
    for (int j = 0; j < M; j++) {
        deviation[j] = 0.0;
        // parallel: no - a float sum keeps its order.
        for (int i = 0; i < N; i++) {
            deviation[j] += (data[i][j] - mean[j]) * (data[i][j] - mean[j]);
        }
        deviation[j] /= N;
        deviation[j] = sqrt(deviation[j]);
        // A constant attribute would divide by zero below.
        deviation[j] = deviation[j] <= 0.1 ? 1.0 : deviation[j];
    }
    // parallel: yes - each iteration owns a row of data.
    for (int i = 0; i < N; i++) {
        // parallel: yes - each iteration owns an element.
        for (int j = 0; j < M; j++) {
            data[i][j] -= mean[j];
            data[i][j] /= sqrt((double)N) * deviation[j];
        }
    }
    // parallel: yes - each iteration owns row i and column i from the diagonal on.
    for (int i = 0; i < M - 1; i++) {
        corr[i][i] = 1.0;
        // parallel: yes - each iteration owns corr[i][j] and corr[j][i].
        for (int j = i + 1; j < M; j++) {
            corr[i][j] = 0.0;
            // parallel: no - a float sum keeps its order.
            for (int k = 0; k < N; k++) {
                corr[i][j] += data[k][i] * data[k][j];
            }
            corr[j][i] = corr[i][j];
        }
    }
    corr[M - 1][M - 1] = 1.0;
}

int main(void) {
    double(*data)[M] = array(sizeof(double[N][M]));
    double(*corr)[M] = array(sizeof(double[M][M]));
    double *mean = array(sizeof(double[M]));
    double *deviation = array(sizeof(double[M]));
    init(data);
    kernel(data, corr, mean, deviation);
    return report("correlation", digest64(0, corr, M * M));
}
