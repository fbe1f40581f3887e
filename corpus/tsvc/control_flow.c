#include "tsvc.h"

EXPORT(ctl_if)(void) {
    // parallel: yes - each iteration owns a[i].
    for (int i = 0; i < N; i++) {
        if (b[i] > 0.0) {
            a[i] += b[i] * c[i];
        }
    }
}

EXPORT(ctl_if_else)(void) {
    // parallel: yes - each iteration owns a[i] and d[i].
    for (int i = 0; i < N; i++) {
        if (b[i] < c[i]) {
            a[i] += b[i];
        } else {
            d[i] += c[i] * e[i];
        }
    }
}

EXPORT(ctl_nested_ifs)(void) {
    // parallel: yes - each iteration owns a[i].
    for (int i = 0; i < N; i++) {
        if (b[i] > 0.0) {
            if (c[i] > b[i]) {
                a[i] = c[i];
            } else if (d[i] > 1.0) {
                a[i] = d[i] * b[i];
            }
        }
    }
}

EXPORT(ctl_continue)(void) {
    // parallel: yes - each iteration owns a[i] and b[i].
    for (int i = 0; i < N; i++) {
        if (c[i] == 0.0) {
            continue;
        }
        a[i] = b[i] / c[i];
        b[i] = a[i] + d[i];
    }
}

EXPORT(ctl_goto)(void) {
    // parallel: yes - each iteration owns a[i] and b[i].
    for (int i = 0; i < N; i++) {
        if (d[i] > 0.0) {
            goto positive;
        }
        b[i] = -b[i] + d[i] * e[i];
        goto done;
    positive:
        b[i] = c[i] + d[i] * e[i];
    done:
        a[i] = b[i] + c[i] * d[i];
    }
}

EXPORT(ctl_switch)(void) {
    // parallel: yes - each iteration owns a[i].
    for (int i = 0; i < N; i++) {
        switch (ip[i] & 3) {
        case 0:
            a[i] = b[i] + c[i];
            break;
        case 1:
            a[i] = b[i] * c[i];
            break;
        case 2:
            a[i] = b[i] / (c[i] + 2.0);
            break;
        default:
            a[i] += d[i];
        }
    }
}

EXPORT(ctl_choose)(void) {
    // parallel: yes - each iteration owns a[i].
    for (int i = 0; i < N; i++) {
        a[i] = b[i] > c[i] ? b[i] : c[i];
    }
}

EXPORT(ctl_clamp)(void) {
    // parallel: yes - each iteration owns ip[i].
    for (int i = 0; i < N; i++) {
        int x = iq[i] * 3 - ir[i];
        ip[i] = x < 0 ? 0 : x > 255 ? 255 : x;
    }
}

EXPORT(ctl_both)(void) {
    // parallel: yes - each iteration owns a[i].
    for (int i = 0; i < N; i++) {
        if (b[i] > 0.0 && c[i] > 0.0 && ip[i] != 7) {
            a[i] = b[i] * c[i];
        }
    }
}

EXPORT(ctl_carried_branch)(void) {
    // parallel: no - where the branch is taken an element needs the one before.
    for (int i = 1; i < N; i++) {
        if (b[i] > 0.0) {
            a[i] = a[i - 1] * b[i];
        }
    }
}

EXPORT(ctl_leave)(void) {
    // parallel: no - how far it gets depends on the data.
    for (int i = 0; i < N; i++) {
        if (d[i] < 0.0) {
            break;
        }
        a[i] += b[i] * c[i];
    }
}

EXPORT(ctl_rows_by_flag)(void) {
    // parallel: yes - each iteration owns a row.
    for (int i = 0; i < M; i++) {
        if (ip[i] > 0) {
            // parallel: yes - each iteration owns aa[i][j].
            for (int j = 0; j < M; j++) {
                aa[i][j] += bb[i][j] * cc[i][j];
            }
        }
    }
}

EXPORT(ctl_by_index)(void) {
    // parallel: yes - each iteration owns a[i].
    for (int i = 0; i < N; i++) {
        a[i] = i < N / 2 ? b[i] + c[i] : b[i] - c[i];
    }
}

EXPORT(ctl_inner_while)(void) {
    // parallel: yes - each iteration owns ip[i].
    for (int i = 0; i < N; i++) {
        unsigned x = (unsigned)iq[i] | 1u;
        int steps = 0;
        // parallel: no - each step needs the one before.
        while (x != 1 && steps < 100) {
            x = x & 1 ? 3 * x + 1 : x >> 1;
            steps++;
        }
        ip[i] = steps;
    }
}

__attribute__((noinline)) static double smooth(double x) {
    return x * x * (3.0 - 2.0 * x);
}

EXPORT(ctl_call)(void) {
    // parallel: yes - the called function touches no memory.
    for (int i = 0; i < N; i++) {
        a[i] = smooth(b[i]) + smooth(c[i]);
    }
}
