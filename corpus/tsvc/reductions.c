#include "tsvc.h"

EXPORT(red_int_sum)(void) {
    int sum = 0;
    // parallel: yes - an integer sum may be reassociated.
    for (int i = 0; i < N; i++) {
        sum += ip[i];
    }
    count[0] = sum;
}

EXPORT(red_int_dot)(void) {
    int sum = 0;
    // parallel: yes - an integer sum may be reassociated.
    for (int i = 0; i < N; i++) {
        sum += ip[i] * iq[i];
    }
    count[0] = sum;
}

EXPORT(red_wide_sum)(void) {
    long long sum = 0;
    // parallel: yes - an integer sum may be reassociated.
    for (int i = 0; i < N; i++) {
        sum += (long long)ip[i] * iq[i];
    }
    wide[0] = sum;
}

EXPORT(red_int_product)(void) {
    unsigned product = 1;
    // parallel: yes - a wrapping product may be reassociated.
    for (int i = 0; i < N; i++) {
        product *= (unsigned)ip[i] | 1u;
    }
    count[0] = (int)product;
}

EXPORT(red_bits)(void) {
    int all = -1, any = 0, parity = 0;
    // parallel: yes - bit operations may be reassociated.
    for (int i = 0; i < N; i++) {
        all &= ip[i];
        any |= ip[i];
        parity ^= ip[i];
    }
    count[0] = all;
    count[1] = any;
    count[2] = parity;
}

EXPORT(red_int_max)(void) {
    int most = ip[0];
    // parallel: yes - an integer maximum may be reassociated.
    for (int i = 1; i < N; i++) {
        most = ip[i] > most ? ip[i] : most;
    }
    count[0] = most;
}

EXPORT(red_count)(void) {
    int found = 0;
    // parallel: yes - an integer sum may be reassociated.
    for (int i = 0; i < N; i++) {
        found += b[i] > 0.5;
    }
    count[0] = found;
}

EXPORT(red_int_sum_if)(void) {
    int sum = 0;
    // parallel: yes - an integer sum may be reassociated.
    for (int i = 0; i < N; i++) {
        if (iq[i] > 0) {
            sum += ip[i];
        }
    }
    count[0] = sum;
}

EXPORT(red_in_memory)(void) {
    // parallel: yes - an integer sum, even where its cell is written each time.
    for (int i = 0; i < N; i++) {
        count[0] += ip[i];
    }
}

EXPORT(red_sum)(void) {
    double sum = 0.0;
    // parallel: no - a float sum keeps its order.
    for (int i = 0; i < N; i++) {
        sum += a[i];
    }
    scalar[0] = sum;
}

EXPORT(red_dot)(void) {
    double sum = 0.0;
    // parallel: no - a float sum keeps its order.
    for (int i = 0; i < N; i++) {
        sum += a[i] * b[i];
    }
    scalar[0] = sum;
}

EXPORT(red_product)(void) {
    double product = 1.0;
    // parallel: no - a float product keeps its order.
    for (int i = 0; i < N; i++) {
        product *= a[i];
    }
    scalar[0] = product;
}

EXPORT(red_max_by_comparing)(void) {
    double most = a[0];
    // parallel: yes - a comparison picks the largest; which of two zeros stays may depend on the order, and then the loop decides.
    for (int i = 1; i < N; i++) {
        if (a[i] > most) {
            most = a[i];
        }
    }
    scalar[0] = most;
}

EXPORT(red_max)(void) {
    double most = a[0];
    // parallel: yes - f64.max may be reassociated.
    for (int i = 1; i < N; i++) {
        most = __builtin_wasm_max_f64(most, a[i]);
    }
    scalar[0] = most;
}

EXPORT(red_rows)(void) {
    // parallel: yes - each iteration owns a[i].
    for (int i = 0; i < M; i++) {
        double sum = 0.0;
        // parallel: no - a float sum keeps its order.
        for (int j = 0; j < M; j++) {
            sum += aa[i][j];
        }
        a[i] = sum;
    }
}

EXPORT(red_columns)(void) {
    // parallel: no - every iteration adds to all of a, floats.
    for (int j = 0; j < M; j++) {
        // parallel: yes - each iteration owns a[i].
        for (int i = 0; i < M; i++) {
            a[i] += aa[j][i];
        }
    }
}

EXPORT(red_int_matrix)(void) {
    int sum = 0;
    // parallel: yes - an integer sum may be reassociated.
    for (int i = 0; i < M; i++) {
        // parallel: yes - an integer sum may be reassociated.
        for (int j = 0; j < M / 2; j++) {
            sum += aa[i][2 * j] > bb[i][j];
        }
    }
    count[0] = sum;
}

EXPORT(red_partial_sums)(void) {
    double sum = 0.0;
    // parallel: no - every partial sum is kept.
    for (int i = 0; i < N; i++) {
        sum += a[i];
        b[i] = sum;
    }
}

EXPORT(red_sum_and_store)(void) {
    int sum = 0;
    // parallel: yes - an integer sum beside an element of its own.
    for (int i = 0; i < N; i++) {
        iq[i] = ip[i] * 3;
        sum += iq[i];
    }
    count[0] = sum;
}
