#include "tsvc.h"

EXPORT(thr_mirror)(void) {
    // parallel: no - the second half reads what the first half wrote.
    for (int i = 0; i < N; i++) {
        a[i] = a[N - 1 - i] + b[i];
    }
}

EXPORT(thr_mirror_half)(void) {
    // parallel: yes - the first half is written, the second one read.
    for (int i = 0; i < N / 2; i++) {
        a[i] = a[N - 1 - i] + b[i];
    }
}

EXPORT(thr_mirror_swap)(void) {
    // parallel: yes - each iteration owns a pair.
    for (int i = 0; i < N / 2; i++) {
        double t = a[i];
        a[i] = a[N - 1 - i] * 2.0;
        a[N - 1 - i] = t * 2.0;
    }
}

EXPORT(thr_first_element)(void) {
    // parallel: yes - a[0] isn't written.
    for (int i = 1; i < N; i++) {
        a[i] = a[0] + b[i];
    }
}

EXPORT(thr_middle_element)(void) {
    // parallel: no - one iteration writes what all read.
    for (int i = 0; i < N; i++) {
        a[i] = a[N / 2] + b[i];
    }
}

EXPORT(thr_up_to_element)(int k) {
    // parallel: yes - a[k] isn't written.
    for (int i = 0; i < k; i++) {
        a[i] = a[k] + b[i];
    }
}

EXPORT(thr_symbolic_element)(int k) {
    // parallel: no - k may be any place.
    for (int i = 0; i < N; i++) {
        a[i] = a[k] * b[i];
    }
}
