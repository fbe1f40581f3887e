#include "tsvc.h"

EXPORT(ind_plus_one)(void) {
    // parallel: yes - k is i + 1.
    for (int i = 0; i < N - 1; i++) {
        int k = i + 1;
        a[i] = b[k] - d[i];
    }
}

EXPORT(ind_by_two)(void) {
    int j = 0;
    // parallel: yes - j is 2i.
    for (int i = 0; i < N / 2; i++) {
        a[i] = b[j] + d[i];
        j += 2;
    }
}

EXPORT(ind_downwards)(void) {
    int k = N;
    // parallel: yes - k is N - 1 - i.
    for (int i = 0; i < N; i++) {
        k--;
        a[i] = b[k] * c[i];
    }
}

EXPORT(ind_two_writes)(void) {
    int j = -1;
    // parallel: yes - each iteration owns a pair of elements.
    for (int i = 0; i < N / 2; i++) {
        j++;
        a[j] = b[i] + d[i] * e[i];
        j++;
        a[j] = c[i] * d[i];
    }
}

EXPORT(ind_in_both_branches)(void) {
    int j = -1;
    // parallel: yes - j grows by one whichever way is taken.
    for (int i = 0; i < N; i++) {
        if (b[i] > 0.0) {
            j++;
            a[j] = b[i] + d[i];
        } else {
            j++;
            a[j] = c[i] + d[i];
        }
    }
}

EXPORT(ind_through_nest)(void) {
    int k = 0;
    // parallel: yes - k is i M + j.
    for (int i = 0; i < M; i++) {
        // parallel: yes - each iteration owns flat[k].
        for (int j = 0; j < M; j++) {
            flat[k] = aa[i][j] + bb[i][j];
            k++;
        }
    }
}

EXPORT(ind_triangular_number)(void) {
    int k = 0;
    // parallel: yes - k is i (i - 1) / 2, and each iteration owns a[i].
    for (int i = 0; i < M - 1; i++) {
        a[i] = flat[k] * b[i];
        k += i;
    }
}

EXPORT(ind_row_starts)(void) {
    int k = 0;
    // parallel: yes - k is i (i - 1) / 2: each row lies behind the row before.
    for (int i = 0; i < M; i++) {
        // parallel: yes - each iteration owns an element of the row.
        for (int j = 0; j < i; j++) {
            flat[k + j] = aa[i][j] * 2.0;
        }
        k += i;
    }
}

EXPORT(ind_float)(void) {
    double x = 0.0;
    // parallel: no - a float accumulates, rounded each time.
    for (int i = 0; i < N; i++) {
        x += 0.1;
        a[i] = x * b[i];
    }
}

EXPORT(ind_geometric)(void) {
    double x = 1.0;
    // parallel: no - a float is multiplied up, rounded each time.
    for (int i = 0; i < N; i++) {
        a[i] = x * b[i];
        x *= 0.99;
    }
}

EXPORT(ind_remainder)(void) {
    int k = 0;
    // parallel: no - k goes from iteration to iteration through a remainder.
    for (int i = 0; i < N; i++) {
        a[i] = b[k] + c[i];
        k = (k + 7) % M;
    }
}

EXPORT(ind_value)(void) {
    int x = 5;
    // parallel: yes - x is 5 + 3i, an integer.
    for (int i = 0; i < N; i++) {
        ip[i] = x ^ iq[i];
        x += 3;
    }
}

EXPORT(ind_pointer)(void) {
    double *to = a;
    const double *from = b + N - 1;
    // parallel: yes - the pointers move evenly.
    while (to < a + N) {
        *to++ = *from-- * 2.0;
    }
}
