#include "tsvc.h"

EXPORT(sym_bound)(int n) {
    // parallel: yes - each iteration owns a[i].
    for (int i = 0; i < n; i++) {
        a[i] += b[i];
    }
}

EXPORT(sym_both_bounds)(int from, int to) {
    // parallel: yes - each iteration owns a[i].
    for (int i = from; i < to; i++) {
        a[i] = b[i] * c[i];
    }
}

EXPORT(sym_stride)(int n, int stride) {
    // parallel: yes - each iteration owns an element (guard: the stride isn't zero).
    for (int i = 0; i < n; i++) {
        a[i * stride] += b[i];
    }
}

EXPORT(sym_step)(int n, int step) {
    // parallel: yes - each iteration owns a[i].
    for (int i = 0; i < n; i += step) {
        a[i] = b[i] + c[i];
    }
}

EXPORT(sym_offset_read)(int n, int k) {
    // parallel: yes - b is only read.
    for (int i = 0; i < n; i++) {
        a[i] = b[i + k] * 0.5;
    }
}

EXPORT(sym_offset_same)(int n, int k) {
    // parallel: no - k may be one.
    for (int i = 0; i < n; i++) {
        a[i + k] = a[i] + b[i];
    }
}

EXPORT(sym_pointers)(double *x, const double *y, int n) {
    // parallel: yes - each iteration owns x[i] (guard: x and y don't overlap, or are the same).
    for (int i = 0; i < n; i++) {
        x[i] += 2.0 * y[i];
    }
}

EXPORT(sym_restrict)(double *restrict x, const double *restrict y, int n) {
    // parallel: yes - each iteration owns x[i] (guard: Wasm knows no restrict).
    for (int i = 0; i < n; i++) {
        x[i] = y[i] * y[i] + 1.0;
    }
}

EXPORT(sym_matrix)(double *x, int rows, int columns) {
    // parallel: yes - each iteration owns a row.
    for (int i = 0; i < rows; i++) {
        // parallel: yes - each iteration owns an element.
        for (int j = 0; j < columns; j++) {
            x[i * columns + j] *= 0.5;
        }
    }
}

EXPORT(sym_leading_dimension)(double *x, const double *y, int rows, int columns, int ldx, int ldy) {
    // parallel: yes - each iteration owns a row (guard: rows don't reach into each other, x and y are apart).
    for (int i = 0; i < rows; i++) {
        // parallel: yes - each iteration owns an element.
        for (int j = 0; j < columns; j++) {
            x[i * ldx + j] += y[i * ldy + j];
        }
    }
}

EXPORT(sym_long_index)(long long n) {
    // parallel: yes - each iteration owns a[i].
    for (long long i = 0; i < n; i++) {
        a[i] = b[i] - c[i];
    }
}

EXPORT(sym_unsigned)(unsigned n) {
    // parallel: yes - each iteration owns a[i].
    for (unsigned i = 0; i < n; i++) {
        a[i] = b[i] / 3.0;
    }
}

EXPORT(sym_down_to)(int n) {
    // parallel: yes - each iteration owns a[i].
    for (int i = n - 1; i >= 0; i--) {
        a[i] = b[i] + 1.0;
    }
}

EXPORT(sym_not_equal)(double *x, double *end) {
    // parallel: yes - each iteration owns *x.
    for (; x != end; x++) {
        *x *= 1.5;
    }
}

EXPORT(sym_halves)(int n) {
    int half = n / 2;
    // parallel: yes - the lower half is written, the upper one read.
    for (int i = 0; i < half; i++) {
        a[i] = a[i + half] * 2.0;
    }
}
