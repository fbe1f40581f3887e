#include "tsvc.h"

EXPORT(lin_apart)(void) {
    // parallel: yes - each iteration owns a[i].
    for (int i = 0; i < N; i++) {
        a[i] = b[i] + c[i];
    }
}

EXPORT(lin_before)(void) {
    // parallel: no - each element needs the one before.
    for (int i = 1; i < N; i++) {
        a[i] = a[i - 1] + b[i];
    }
}

EXPORT(lin_after)(void) {
    // parallel: no - an iteration reads what the next one writes.
    for (int i = 0; i < N - 1; i++) {
        a[i] = a[i + 1] + b[i];
    }
}

EXPORT(lin_after_downwards)(void) {
    // parallel: no - each element needs the one after, which was written before.
    for (int i = N - 2; i >= 0; i--) {
        a[i] = a[i + 1] + b[i];
    }
}

EXPORT(lin_far_half)(void) {
    // parallel: yes - what is read lies behind everything that is written.
    for (int i = 0; i < N / 2; i++) {
        a[i] = a[i + N / 2] + b[i];
    }
}

EXPORT(lin_odd_from_even)(void) {
    // parallel: yes - odd elements are written, even ones read.
    for (int i = 1; i < N; i += 2) {
        a[i] = a[i - 1] + b[i];
    }
}

EXPORT(lin_even_from_even)(void) {
    // parallel: no - each even element needs the even one before.
    for (int i = 2; i < N; i += 2) {
        a[i] = a[i - 2] + b[i];
    }
}

EXPORT(lin_distance_16)(void) {
    // parallel: no - an element needs the one 16 places before.
    for (int i = 16; i < N; i++) {
        a[i] = a[i - 16] + b[i];
    }
}

EXPORT(lin_stride_4_offset_2)(void) {
    // parallel: yes - writes fall on multiples of four, reads between them.
    for (int i = 0; i < N / 4; i++) {
        a[4 * i] = a[4 * i + 2] * b[i];
    }
}

EXPORT(lin_two_to_one)(void) {
    // parallel: no - element 2i is read by iteration i and written by iteration 2i.
    for (int i = 0; i < N / 2; i++) {
        a[i] = a[2 * i] + b[i];
    }
}

EXPORT(lin_chain_within)(void) {
    // parallel: yes - what is read was written by the same iteration.
    for (int i = 0; i < N; i++) {
        a[i] = b[i] + c[i];
        d[i] = a[i] * e[i];
    }
}

EXPORT(lin_lower_from_upper)(void) {
    // parallel: yes - the lower triangle is written, the upper one read.
    for (int i = 1; i < M; i++) {
        // parallel: yes - each iteration owns aa[i][j].
        for (int j = 0; j < i; j++) {
            aa[i][j] = aa[j][i] + bb[i][j];
        }
    }
}

EXPORT(lin_diagonal)(void) {
    // parallel: no - a row needs the row above.
    for (int i = 1; i < M; i++) {
        // parallel: yes - each iteration owns aa[i][j], and reads the row above.
        for (int j = 1; j < M; j++) {
            aa[i][j] = aa[i - 1][j - 1] + bb[i][j];
        }
    }
}

EXPORT(lin_columns)(void) {
    // parallel: yes - each iteration owns a column.
    for (int i = 0; i < M; i++) {
        // parallel: no - an element needs the one above.
        for (int j = 1; j < M; j++) {
            aa[j][i] = aa[j - 1][i] + bb[j][i];
        }
    }
}

EXPORT(lin_substitution)(void) {
    // parallel: no - an iteration changes what the later ones read.
    for (int j = 0; j < M; j++) {
        // parallel: yes - each iteration owns a[i], and reads a[j] in front of them.
        for (int i = j + 1; i < M; i++) {
            a[i] -= aa[j][i] * a[j];
        }
    }
}
