#include "tsvc.h"

EXPORT(find_first)(void) {
    int place = -1;
    // parallel: no - how far it gets depends on the data.
    for (int i = 0; i < N; i++) {
        if (a[i] > 2.0) {
            place = i;
            break;
        }
    }
    count[0] = place;
}

EXPORT(find_last)(void) {
    int place = -1;
    // parallel: no - which iteration is the last depends on the data.
    for (int i = 0; i < N; i++) {
        if (a[i] > 2.0) {
            place = i;
        }
    }
    count[0] = place;
}

EXPORT(find_largest)(void) {
    int place = 0;
    // parallel: no - the place of the largest element so far goes from iteration to iteration.
    for (int i = 1; i < N; i++) {
        if (a[i] > a[place]) {
            place = i;
        }
    }
    count[0] = place;
}

EXPORT(find_any)(void) {
    int found = 0;
    // parallel: yes - bits may be joined in any order.
    for (int i = 0; i < N; i++) {
        found |= ip[i] == 42;
    }
    count[0] = found;
}

EXPORT(find_length)(void) {
    int length = 0;
    // parallel: no - how far it gets depends on the data.
    while (bytes[length]) {
        length++;
    }
    count[0] = length;
}

EXPORT(find_in_rows)(void) {
    // parallel: yes - each iteration owns ip[i].
    for (int i = 0; i < M; i++) {
        ip[i] = -1;
        // parallel: no - how far it gets depends on the data.
        for (int j = 0; j < M; j++) {
            if (aa[i][j] > 2.0) {
                ip[i] = j;
                break;
            }
        }
    }
}

EXPORT(find_by_halving)(void) {
    // parallel: yes - each iteration owns ip[i]; a is only read.
    for (int i = 0; i < N; i++) {
        int low = 0, high = N;
        // parallel: no - each step needs the one before.
        while (low < high) {
            int middle = (low + high) / 2;
            if (a[middle] < b[i]) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        ip[i] = low;
    }
}

EXPORT(find_equal)(void) {
    int equal = 1;
    // parallel: no - how far it gets depends on the data.
    for (int i = 0; i < N && equal; i++) {
        equal = ip[i] == iq[i];
    }
    count[0] = equal;
}
