#include "tsvc.h"

EXPORT(idx_gather)(void) {
    // parallel: yes - each iteration owns a[i]; b is only read.
    for (int i = 0; i < N; i++) {
        a[i] = b[ip[i]] * 2.0;
    }
}

EXPORT(idx_gather_twice)(void) {
    // parallel: yes - each iteration owns a[i].
    for (int i = 0; i < N; i++) {
        a[i] = b[iq[ip[i]]] + c[i];
    }
}

EXPORT(idx_gather_sum)(void) {
    // parallel: yes - each iteration owns a[i].
    for (int i = 0; i < N; i++) {
        a[i] += b[ip[i]] * c[iq[i]];
    }
}

EXPORT(idx_gather_offset)(void) {
    // parallel: yes - each iteration owns a[i].
    for (int i = 0; i < N; i++) {
        a[i] = b[ip[i] + 1] - b[ip[i]];
    }
}

EXPORT(idx_gather_if)(void) {
    // parallel: yes - each iteration owns a[i].
    for (int i = 0; i < N; i++) {
        if (ip[i] >= 0) {
            a[i] = b[ip[i]];
        }
    }
}

EXPORT(idx_table)(void) {
    // parallel: yes - each iteration owns ir[i]; ip is only read.
    for (int i = 0; i < N; i++) {
        ir[i] = ip[bytes[i]];
    }
}

EXPORT(idx_scatter)(void) {
    // parallel: no - two places may be the same, and the last one wins.
    for (int i = 0; i < N; i++) {
        a[ip[i]] = b[i] + 1.0;
    }
}

EXPORT(idx_scatter_sum)(void) {
    // parallel: no - floats are added to places that may be the same.
    for (int i = 0; i < N; i++) {
        a[ip[i]] += b[i];
    }
}

EXPORT(idx_histogram)(void) {
    // parallel: yes - integers are added, whatever the order.
    for (int i = 0; i < N; i++) {
        ip[bytes[i]] += 1;
    }
}

EXPORT(idx_histogram_weighted)(void) {
    // parallel: yes - integers are added, whatever the order.
    for (int i = 0; i < N; i++) {
        ip[bytes[i]] += iq[i];
    }
}

EXPORT(idx_sparse_rows)(void) {
    // parallel: yes - each iteration owns a[i].
    for (int i = 0; i < M - 1; i++) {
        double sum = 0.0;
        // parallel: no - a float sum keeps its order.
        for (int k = ip[i]; k < ip[i + 1]; k++) {
            sum += b[k] * c[iq[k]];
        }
        a[i] = sum;
    }
}

EXPORT(idx_own_array)(void) {
    // parallel: no - what is read may have been written.
    for (int i = 0; i < N; i++) {
        a[i] = a[ip[i]] + b[i];
    }
}

EXPORT(idx_by_row)(void) {
    // parallel: yes - each iteration owns a row of aa; bb is only read.
    for (int i = 0; i < M; i++) {
        // parallel: yes - each iteration owns aa[i][j].
        for (int j = 0; j < M; j++) {
            aa[i][j] = bb[ip[i]][j] * 0.5;
        }
    }
}
