#include "tsvc.h"

EXPORT(bas_triad)(double x) {
    // parallel: yes - each iteration owns a[i].
    for (int i = 0; i < N; i++) {
        a[i] = b[i] + x * c[i];
    }
}

EXPORT(bas_float)(float x) {
    // parallel: yes - each iteration owns f[i].
    for (int i = 0; i < N; i++) {
        f[i] = f[i] * x + g[i];
    }
}

EXPORT(bas_int)(void) {
    // parallel: yes - each iteration owns ip[i].
    for (int i = 0; i < N; i++) {
        ip[i] = (iq[i] << 3 ^ ir[i]) - ip[i] * 5;
    }
}

EXPORT(bas_divide)(void) {
    // parallel: yes - each iteration owns ip[i]; a division that traps traps.
    for (int i = 0; i < N; i++) {
        ip[i] = iq[i] / ir[i];
    }
}

EXPORT(bas_root)(void) {
    // parallel: yes - each iteration owns a[i].
    for (int i = 0; i < N; i++) {
        a[i] = __builtin_sqrt(b[i]) + __builtin_fabs(c[i]);
    }
}

EXPORT(bas_truncate)(void) {
    // parallel: yes - each iteration owns ip[i].
    for (int i = 0; i < N; i++) {
        ip[i] = (int)(b[i] * 255.0);
    }
}

EXPORT(bas_fill)(double x) {
    // parallel: yes - each iteration owns a[i].
    for (int i = 0; i < N; i++) {
        a[i] = x;
    }
}

EXPORT(bas_index)(void) {
    // parallel: yes - each iteration owns a[i].
    for (int i = 0; i < N; i++) {
        a[i] = (double)i * 0.001;
    }
}

EXPORT(bas_three_taps)(void) {
    // parallel: yes - each iteration owns a[i]; b is only read.
    for (int i = 1; i < N - 1; i++) {
        a[i] = 0.25 * b[i - 1] + 0.5 * b[i] + 0.25 * b[i + 1];
    }
}

EXPORT(bas_wide)(void) {
    // parallel: yes - each iteration owns wide[i].
    for (int i = 0; i < N; i++) {
        wide[i] = wide[i] * 6364136223846793005LL + ip[i];
    }
}

EXPORT(bas_polynomial)(void) {
    // parallel: yes - each iteration owns a[i].
    for (int i = 0; i < N; i++) {
        a[i] = ((b[i] * 0.3 + 0.2) * b[i] - 0.7) * b[i] + c[i];
    }
}

EXPORT(bas_taps)(void) {
    // parallel: yes - each iteration owns a[i]; b and c are only read.
    for (int i = 0; i < N - 32; i++) {
        double sum = 0.0;
        // parallel: no - a float sum keeps its order.
        for (int k = 0; k < 32; k++) {
            sum += b[i + k] * c[k];
        }
        a[i] = sum;
    }
}
