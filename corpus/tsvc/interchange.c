#include "tsvc.h"

EXPORT(ich_outer_carried)(void) {
    // parallel: no - a row needs the row above.
    for (int j = 1; j < M; j++) {
        // parallel: yes - each iteration owns aa[j][i].
        for (int i = 0; i < M; i++) {
            aa[j][i] = aa[j - 1][i] + bb[j][i];
        }
    }
}

EXPORT(ich_inner_carried)(void) {
    // parallel: yes - each iteration owns a row.
    for (int j = 0; j < M; j++) {
        // parallel: no - each element needs the one before.
        for (int i = 1; i < M; i++) {
            aa[j][i] = aa[j][i - 1] + bb[j][i];
        }
    }
}

EXPORT(ich_both_carried)(void) {
    // parallel: no - a row needs the row above.
    for (int j = 1; j < M; j++) {
        // parallel: no - each element needs the one before.
        for (int i = 1; i < M; i++) {
            aa[j][i] = aa[j - 1][i] + aa[j][i - 1];
        }
    }
}

EXPORT(ich_along_columns)(void) {
    // parallel: yes - each iteration owns a column.
    for (int i = 0; i < M; i++) {
        // parallel: yes - each iteration owns aa[j][i].
        for (int j = 0; j < M; j++) {
            aa[j][i] = bb[j][i] * cc[j][i];
        }
    }
}

EXPORT(ich_matrix_vector)(void) {
    // parallel: no - every iteration adds to all of a, floats.
    for (int j = 0; j < M; j++) {
        // parallel: yes - each iteration owns a[i].
        for (int i = 0; i < M; i++) {
            a[i] += aa[j][i] * b[j];
        }
    }
}

EXPORT(ich_product_ijk)(void) {
    // parallel: yes - each iteration owns a row of cc.
    for (int i = 0; i < M; i++) {
        // parallel: yes - each iteration owns cc[i][j].
        for (int j = 0; j < M; j++) {
            double sum = 0.0;
            // parallel: no - a float sum keeps its order.
            for (int k = 0; k < M; k++) {
                sum += aa[i][k] * bb[k][j];
            }
            cc[i][j] = sum;
        }
    }
}

EXPORT(ich_product_ikj)(void) {
    // parallel: yes - each iteration owns a row of cc.
    for (int i = 0; i < M; i++) {
        // parallel: no - every iteration adds to the same row, floats.
        for (int k = 0; k < M; k++) {
            // parallel: yes - each iteration owns cc[i][j].
            for (int j = 0; j < M; j++) {
                cc[i][j] += aa[i][k] * bb[k][j];
            }
        }
    }
}

EXPORT(ich_product_kij)(void) {
    // parallel: no - every iteration adds to all of cc, floats.
    for (int k = 0; k < M; k++) {
        // parallel: yes - each iteration owns a row of cc.
        for (int i = 0; i < M; i++) {
            // parallel: yes - each iteration owns cc[i][j].
            for (int j = 0; j < M; j++) {
                cc[i][j] += aa[i][k] * bb[k][j];
            }
        }
    }
}

EXPORT(ich_triangle)(void) {
    // parallel: yes - each iteration owns a column from the diagonal down.
    for (int i = 0; i < M; i++) {
        // parallel: yes - each iteration owns aa[j][i].
        for (int j = i; j < M; j++) {
            aa[j][i] = bb[j][i] + 1.0;
        }
    }
}
