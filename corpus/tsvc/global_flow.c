#include "tsvc.h"

EXPORT(flow_factor_before)(void) {
    double x = scalar[0] * 2.0 + scalar[1];
    // parallel: yes - x doesn't change.
    for (int i = 0; i < N; i++) {
        a[i] = x * b[i];
    }
}

EXPORT(flow_bound_from_memory)(void) {
    // parallel: yes - the bound is read once, and nothing writes it.
    for (int i = 0; i < count[0]; i++) {
        a[i] = b[i] + c[i];
    }
}

EXPORT(flow_factor_in_loop)(void) {
    // parallel: yes - scalar isn't written.
    for (int i = 0; i < N; i++) {
        a[i] = scalar[0] * b[i];
    }
}

EXPORT(flow_index_before)(void) {
    int k = count[1];
    // parallel: yes - b is only read.
    for (int i = 0; i < N / 2; i++) {
        a[i] = b[i + k] * c[i];
    }
}

EXPORT(flow_two_loops)(void) {
    // parallel: yes - each iteration owns d[i].
    for (int i = 0; i < N; i++) {
        d[i] = b[i] * b[i];
    }
    // parallel: yes - each iteration owns a[i]; d is finished.
    for (int i = 0; i < N; i++) {
        a[i] = d[N - 1 - i] + c[i];
    }
}

EXPORT(flow_sum_then_scale)(void) {
    int total = 0;
    // parallel: yes - an integer sum may be reassociated.
    for (int i = 0; i < N; i++) {
        total += ip[i];
    }
    // parallel: yes - total doesn't change any more.
    for (int i = 0; i < N; i++) {
        iq[i] = ip[i] * total;
    }
}

EXPORT(flow_mode)(int mode) {
    // parallel: yes - the mode doesn't change.
    for (int i = 0; i < N; i++) {
        if (mode == 1) {
            a[i] = b[i] + c[i];
        } else {
            a[i] = b[i] - c[i];
        }
    }
}

EXPORT(flow_written_factor)(void) {
    // parallel: no - the last iteration writes the factor that all read.
    for (int i = 0; i < N; i++) {
        a[i] = a[N - 1] * b[i];
    }
}
