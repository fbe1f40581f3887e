#include "tsvc.h"

EXPORT(spl_reads_ahead)(void) {
    // parallel: no - an iteration reads what the next one writes.
    for (int i = 0; i < N - 1; i++) {
        a[i] = b[i] + c[i];
        d[i] = (a[i] + a[i + 1]) * 0.5;
    }
}

EXPORT(spl_swap_ahead)(void) {
    // parallel: no - an iteration reads what the next one writes.
    for (int i = 0; i < N - 1; i++) {
        a[i] = b[i] * c[i];
        b[i] = a[i] + a[i + 1] * d[i];
    }
}

EXPORT(spl_from_other)(void) {
    // parallel: yes - what is read ahead isn't written.
    for (int i = 0; i < N - 1; i++) {
        a[i] = b[i] + c[i];
        d[i] = (b[i] + b[i + 1]) * 0.5;
    }
}

EXPORT(spl_old_value)(void) {
    // parallel: yes - the old value is read by the iteration that replaces it.
    for (int i = 0; i < N; i++) {
        double old = a[i];
        a[i] = b[i] + c[i];
        d[i] = old - a[i];
    }
}
