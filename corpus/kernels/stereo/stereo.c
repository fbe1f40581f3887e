// Interleaves two channels of i16, and separates them.

typedef short i16;

__attribute__((export_name("interleave"))) void interleave(i16 *out, const i16 *left, const i16 *right, int n) {
    // parallel: yes - each iteration owns two neighbours of out (guard: out is disjoint from both channels).
    for (int i = 0; i < n; i++) {
        out[2 * i] = left[i];
        out[2 * i + 1] = right[i];
    }
}

__attribute__((export_name("separate"))) void separate(i16 *left, i16 *right, const i16 *src, int n) {
    // parallel: yes - each iteration owns left[i] and right[i] (guard: the three arrays are disjoint).
    for (int i = 0; i < n; i++) {
        left[i] = src[2 * i];
        right[i] = src[2 * i + 1];
    }
}
