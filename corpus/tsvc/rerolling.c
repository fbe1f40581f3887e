#include "tsvc.h"

EXPORT(rol_five)(double x) {
    // parallel: yes - each iteration owns five elements.
    for (int i = 0; i < N; i += 5) {
        a[i] += x * b[i];
        a[i + 1] += x * b[i + 1];
        a[i + 2] += x * b[i + 2];
        a[i + 3] += x * b[i + 3];
        a[i + 4] += x * b[i + 4];
    }
}

EXPORT(rol_sum_of_four)(void) {
    double sum = 0.0;
    // parallel: no - a float sum keeps its order.
    for (int i = 0; i < N; i += 4) {
        sum += a[i] * b[i] + a[i + 1] * b[i + 1] + a[i + 2] * b[i + 2] + a[i + 3] * b[i + 3];
    }
    scalar[0] = sum;
}

EXPORT(rol_int_sum_of_four)(void) {
    int sum = 0;
    // parallel: yes - an integer sum may be reassociated.
    for (int i = 0; i < N; i += 4) {
        sum += ip[i] + ip[i + 1] + ip[i + 2] + ip[i + 3];
    }
    count[0] = sum;
}

EXPORT(rol_gather_of_four)(void) {
    // parallel: yes - each iteration owns four elements.
    for (int i = 0; i < N; i += 4) {
        a[i] = b[ip[i]];
        a[i + 1] = b[ip[i + 1]];
        a[i + 2] = b[ip[i + 2]];
        a[i + 3] = b[ip[i + 3]];
    }
}

EXPORT(rol_butterfly)(void) {
    // parallel: yes - each iteration owns a pair.
    for (int i = 0; i < N; i += 2) {
        double x = a[i], y = a[i + 1];
        a[i] = x + y;
        a[i + 1] = x - y;
    }
}
