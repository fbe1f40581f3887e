#include "tsvc.h"

EXPORT(wrp_one)(void) {
    int before = N - 1;
    // parallel: yes - before is i - 1 but in the first iteration.
    for (int i = 0; i < N; i++) {
        a[i] = (b[i] + b[before]) * 0.5;
        before = i;
    }
}

EXPORT(wrp_two)(void) {
    int before = N - 1, earlier = N - 2;
    // parallel: yes - before is i - 1 and earlier i - 2, but in the first two iterations.
    for (int i = 0; i < N; i++) {
        a[i] = (b[i] + b[before] + b[earlier]) * 0.333;
        earlier = before;
        before = i;
    }
}

EXPORT(wrp_ring)(void) {
    // parallel: yes - each iteration owns a[i].
    for (int i = 0; i < N; i++) {
        int next = i + 1 == N ? 0 : i + 1;
        a[i] = b[next] - b[i];
    }
}

EXPORT(wrp_mask)(void) {
    // parallel: yes - each iteration owns a[i]; flat is only read.
    for (int i = 0; i < N; i++) {
        a[i] = flat[(i * 5) & (M - 1)] * c[i];
    }
}

EXPORT(wrp_remainder)(void) {
    // parallel: yes - each iteration owns a[i]; flat is only read.
    for (int i = 0; i < N; i++) {
        a[i] = flat[i % 100] * c[i];
    }
}
