#include "tsvc.h"

EXPORT(rec_first_order)(void) {
    // parallel: no - each element needs the one before.
    for (int i = 1; i < N; i++) {
        a[i] = b[i] + c[i] * a[i - 1];
    }
}

EXPORT(rec_second_order)(void) {
    // parallel: no - each element needs the two before.
    for (int i = 2; i < N; i++) {
        a[i] = a[i] + a[i - 1] * b[i] + a[i - 2] * c[i];
    }
}

EXPORT(rec_coupled)(void) {
    // parallel: no - each pair needs the pair before.
    for (int i = 1; i < N; i++) {
        a[i] = b[i - 1] + d[i];
        b[i] = a[i - 1] * e[i];
    }
}

EXPORT(rec_int_prefix)(void) {
    // parallel: no - each element needs the one before.
    for (int i = 1; i < N; i++) {
        ip[i] = ip[i - 1] + iq[i];
    }
}

EXPORT(rec_in_rows)(void) {
    // parallel: yes - each iteration owns a row.
    for (int i = 0; i < M; i++) {
        // parallel: no - each element needs the one before.
        for (int j = 1; j < M; j++) {
            aa[i][j] = aa[i][j - 1] * bb[i][j] + cc[i][j];
        }
    }
}

EXPORT(rec_in_scalar)(void) {
    double x = 0.0;
    // parallel: no - x goes from iteration to iteration.
    for (int i = 0; i < N; i++) {
        x = 0.5 * x + b[i];
        a[i] = x;
    }
}

EXPORT(rec_per_element)(void) {
    // parallel: yes - each iteration owns a[i].
    for (int i = 0; i < N; i++) {
        double x = b[i];
        // parallel: no - each step needs the one before.
        for (int step = 0; step < 20; step++) {
            x = 3.6 * x * (1.0 - x);
        }
        a[i] = x;
    }
}

EXPORT(rec_hash)(void) {
    unsigned hash = 2166136261u;
    // parallel: no - each step needs the one before.
    for (int i = 0; i < N; i++) {
        hash = (hash ^ bytes[i]) * 16777619u;
    }
    count[0] = (int)hash;
}

EXPORT(rec_random)(void) {
    unsigned state = 1;
    // parallel: no - each state needs the one before.
    for (int i = 0; i < N; i++) {
        state = state * 1664525u + 1013904223u;
        ip[i] = (int)(state >> 8);
    }
}

EXPORT(rec_in_place_stencil)(void) {
    // parallel: no - each element needs the new one before.
    for (int i = 1; i < N - 1; i++) {
        a[i] = (a[i - 1] + a[i] + a[i + 1]) * 0.33;
    }
}
