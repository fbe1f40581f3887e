#include "tsvc.h"

EXPORT(sto_shifted_view)(void) {
    double *x = a + 1;
    // parallel: no - the view's elements are the array's next ones.
    for (int i = 0; i < N - 1; i++) {
        x[i] = a[i] + b[i];
    }
}

EXPORT(sto_far_view)(void) {
    double *x = a + N / 2;
    // parallel: yes - the view lies behind what is read.
    for (int i = 0; i < N / 2; i++) {
        x[i] = a[i] + b[i];
    }
}

EXPORT(sto_matrix_as_row)(void) {
    double *x = &aa[0][0];
    // parallel: yes - each iteration owns an element.
    for (int i = 0; i < M * M; i++) {
        x[i] = flat[i] * 0.5;
    }
}

EXPORT(sto_diagonal)(void) {
    // parallel: yes - each iteration owns an element of the diagonal.
    for (int i = 0; i < M; i++) {
        aa[i][i] += bb[i][i] * cc[i][i];
    }
}

EXPORT(sto_transpose)(void) {
    // parallel: yes - each iteration owns a row of aa.
    for (int i = 0; i < M; i++) {
        // parallel: yes - each iteration owns aa[i][j].
        for (int j = 0; j < M; j++) {
            aa[i][j] = bb[j][i] + 1.0;
        }
    }
}

EXPORT(sto_transpose_in_place)(void) {
    // parallel: yes - each iteration owns a row's and a column's part.
    for (int i = 0; i < M; i++) {
        // parallel: yes - each iteration owns a pair.
        for (int j = i + 1; j < M; j++) {
            double t = aa[i][j];
            aa[i][j] = aa[j][i];
            aa[j][i] = t;
        }
    }
}

struct point {
    float x, y, z;
    int kind;
};

struct point points[N];

EXPORT(sto_records)(void) {
    // parallel: yes - each iteration owns a record.
    for (int i = 0; i < N; i++) {
        points[i].x += points[i].y * 0.5f;
        points[i].kind = points[i].z > 0.0f;
    }
}

EXPORT(sto_mixed_widths)(void) {
    // parallel: yes - each iteration owns an element of each array.
    for (int i = 0; i < N; i++) {
        wide[i] = (long long)bytes[i] << 32 | (unsigned)ip[i];
        f[i] = (float)bytes[i] * g[i];
    }
}

EXPORT(sto_box)(void) {
    // parallel: yes - each iteration owns a row of aa; bb is only read.
    for (int i = 1; i < M - 1; i++) {
        // parallel: yes - each iteration owns aa[i][j].
        for (int j = 1; j < M - 1; j++) {
            aa[i][j] = (bb[i - 1][j] + bb[i + 1][j] + bb[i][j - 1] + bb[i][j + 1]) * 0.25;
        }
    }
}
