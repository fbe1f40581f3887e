#include "tsvc.h"

EXPORT(pack_positive)(void) {
    int j = 0;
    // parallel: no - where an element goes depends on those before.
    for (int i = 0; i < N; i++) {
        if (b[i] > 0.0) {
            a[j] = b[i];
            j++;
        }
    }
}

EXPORT(pack_places)(void) {
    int j = 0;
    // parallel: no - where a place goes depends on those before.
    for (int i = 0; i < N; i++) {
        if (b[i] > 0.0) {
            ip[j++] = i;
        }
    }
}

EXPORT(unpack_positive)(void) {
    int j = 0;
    // parallel: no - where an element comes from depends on those before.
    for (int i = 0; i < N; i++) {
        if (b[i] > 0.0) {
            a[i] = c[j];
            j++;
        }
    }
}

EXPORT(pack_every_third)(void) {
    // parallel: yes - each iteration owns a[i].
    for (int i = 0; i < N / 3; i++) {
        a[i] = b[3 * i] + 1.0;
    }
}

EXPORT(pack_pairs)(void) {
    // parallel: yes - each iteration owns ip[i].
    for (int i = 0; i < N / 2; i++) {
        ip[i] = (iq[2 * i] & 0xffff) | iq[2 * i + 1] << 16;
    }
}

EXPORT(pack_interleave)(void) {
    // parallel: yes - each iteration owns a pair.
    for (int i = 0; i < N / 2; i++) {
        a[2 * i] = b[i];
        a[2 * i + 1] = c[i];
    }
}

EXPORT(pack_bytes)(void) {
    // parallel: yes - each iteration owns a byte.
    for (int i = 0; i < N; i++) {
        int x = ip[i] >> 4;
        bytes[i] = (unsigned char)(x < 0 ? 0 : x > 255 ? 255 : x);
    }
}
