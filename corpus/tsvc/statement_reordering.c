#include "tsvc.h"

EXPORT(ord_read_before_written)(void) {
    // parallel: no - an iteration reads what the one before wrote.
    for (int i = 1; i < N; i++) {
        a[i] = b[i - 1] + c[i] * d[i];
        b[i] = b[i] - e[i] * 2.0;
    }
}

EXPORT(ord_written_before_read)(void) {
    // parallel: no - an iteration reads what the next one writes.
    for (int i = 0; i < N - 1; i++) {
        a[i] = b[i] * c[i];
        b[i + 1] = c[i] - d[i] * e[i];
    }
}

EXPORT(ord_reads_ahead)(void) {
    // parallel: no - an iteration reads what the next one writes.
    for (int i = 0; i < N - 1; i++) {
        b[i] = a[i + 1] * c[i];
        a[i] = d[i] + e[i];
    }
}

EXPORT(ord_independent)(void) {
    // parallel: yes - nothing that is written is read.
    for (int i = 1; i < N - 1; i++) {
        a[i] = c[i - 1] + c[i + 1];
        b[i] = d[i] * e[i];
    }
}

EXPORT(ord_within)(void) {
    // parallel: yes - what is written is read by the same iteration only.
    for (int i = 0; i < N; i++) {
        a[i] = b[i] + c[i];
        b[i] = a[i] * d[i];
        c[i] = b[i] - a[i];
    }
}

EXPORT(ord_apart_in_array)(void) {
    // parallel: yes - the halves never meet.
    for (int i = 0; i < N / 2; i++) {
        a[i] = b[i] + 1.0;
        a[i + N / 2] = b[i] - 1.0;
    }
}
