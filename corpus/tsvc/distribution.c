#include "tsvc.h"

EXPORT(dis_with_recurrence)(void) {
    // parallel: no - the second statement needs the iteration before.
    for (int i = 1; i < N; i++) {
        a[i] += b[i] * c[i];
        d[i] = d[i - 1] + a[i];
    }
}

EXPORT(dis_with_float_sum)(void) {
    double sum = 0.0;
    // parallel: no - a float sum keeps its order.
    for (int i = 0; i < N; i++) {
        a[i] = b[i] + c[i];
        sum += a[i];
    }
    scalar[0] = sum;
}

EXPORT(dis_with_int_sum)(void) {
    int sum = 0;
    // parallel: yes - an integer sum beside an element of its own.
    for (int i = 0; i < N; i++) {
        a[i] = b[i] + c[i];
        sum += ip[i];
    }
    count[0] = sum;
}

EXPORT(dis_many_statements)(void) {
    // parallel: yes - each iteration owns an element of each array.
    for (int i = 0; i < N; i++) {
        a[i] = b[i] * 2.0;
        d[i] = c[i] + 1.0;
        e[i] = a[i] - d[i];
        f[i] = g[i] * 0.5f;
        ip[i] = iq[i] + 1;
    }
}

EXPORT(dis_rows)(void) {
    // parallel: yes - each iteration owns a row of each matrix.
    for (int i = 0; i < M; i++) {
        // parallel: yes - each iteration owns aa[i][j].
        for (int j = 0; j < M; j++) {
            aa[i][j] = bb[i][j] * 2.0;
        }
        // parallel: no - each element needs the one before.
        for (int j = 1; j < M; j++) {
            cc[i][j] = cc[i][j - 1] + aa[i][j];
        }
    }
}

EXPORT(dis_row_then_column)(void) {
    // parallel: no - a column that one iteration writes is read as rows by others.
    for (int i = 0; i < M; i++) {
        // parallel: yes - each iteration owns aa[j][i].
        for (int j = 0; j < M; j++) {
            aa[j][i] = bb[i][j] + 1.0;
        }
        // parallel: yes - each iteration owns cc[i][j].
        for (int j = 0; j < M; j++) {
            cc[i][j] = aa[i][j] * 2.0;
        }
    }
}
