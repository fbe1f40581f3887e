#include "tsvc.h"

EXPORT(exp_swap)(void) {
    // parallel: yes - the scalar lives within an iteration.
    for (int i = 0; i < N; i++) {
        double t = a[i];
        a[i] = b[i];
        b[i] = t;
    }
}

EXPORT(exp_square)(void) {
    // parallel: yes - the scalar lives within an iteration.
    for (int i = 0; i < N; i++) {
        double t = b[i] + c[i];
        a[i] = t * t;
    }
}

EXPORT(exp_either)(void) {
    double t;
    // parallel: yes - either branch sets the scalar.
    for (int i = 0; i < N; i++) {
        if (b[i] > 0.0) {
            t = c[i] * d[i];
        } else {
            t = c[i] + d[i];
        }
        a[i] = t * e[i];
    }
}

EXPORT(exp_maybe)(void) {
    double t = 0.0;
    // parallel: no - where the branch isn't taken the scalar is that of an iteration before.
    for (int i = 0; i < N; i++) {
        if (b[i] > 0.0) {
            t = c[i];
        }
        a[i] = t * e[i];
    }
}

EXPORT(exp_last_value)(void) {
    double t = 0.0;
    // parallel: yes - what is left is the last iteration's value.
    for (int i = 0; i < N; i++) {
        t = b[i] * 2.0;
        a[i] = t + c[i];
    }
    scalar[0] = t;
}

EXPORT(exp_previous)(void) {
    double previous = b[0];
    // parallel: yes - the previous value is b[i - 1], which can be read again.
    for (int i = 1; i < N; i++) {
        double t = b[i];
        a[i] = t - previous;
        previous = t;
    }
}

EXPORT(exp_previous_product)(void) {
    double previous = 0.0;
    // parallel: yes - the previous value is b[i - 1] c[i - 1], which can be computed again.
    for (int i = 0; i < N; i++) {
        double t = b[i] * c[i];
        a[i] = t + previous;
        previous = t;
    }
}

EXPORT(exp_shared_row)(void) {
    // parallel: no - all iterations use the one row d.
    for (int i = 0; i < M; i++) {
        // parallel: yes - each iteration owns d[j].
        for (int j = 0; j < M; j++) {
            d[j] = aa[i][j] * bb[i][j];
        }
        // parallel: yes - each iteration owns cc[i][j].
        for (int j = 0; j < M; j++) {
            cc[i][j] = d[M - 1 - j] + 1.0;
        }
    }
}

EXPORT(exp_private_row)(void) {
    // parallel: yes - the row lives within an iteration.
    for (int i = 0; i < M; i++) {
        double row[M];
        // parallel: yes - each iteration owns row[j].
        for (int j = 0; j < M; j++) {
            row[j] = aa[i][j] * bb[i][j];
        }
        // parallel: yes - each iteration owns cc[i][j].
        for (int j = 0; j < M; j++) {
            cc[i][j] = row[M - 1 - j] + 1.0;
        }
    }
}
