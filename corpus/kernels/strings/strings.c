// Strings of bytes: the first difference of two, the first place of a byte, and how often a short word begins.

typedef unsigned char u8;

__attribute__((export_name("differ"))) int differ(const u8 *a, const u8 *b, int n) {
    int i = 0;
    // parallel: no - the first difference ends the search.
    while (i < n && a[i] == b[i]) {
        i++;
    }
    return i;
}

__attribute__((export_name("place_of"))) int place_of(const u8 *text, int n, int byte) {
    // parallel: no - the first match ends the search.
    for (int i = 0; i < n; i++) {
        if (text[i] == byte) {
            return i;
        }
    }
    return -1;
}

__attribute__((export_name("begins"))) void begins(u8 *out, const u8 *text, const u8 *word, int n, int m) {
    // parallel: yes - each iteration owns out[i] (guard: out is disjoint from text and word).
    for (int i = 0; i < n; i++) {
        int k = 0;
        // parallel: no - the first difference ends the comparison.
        while (k < m && text[i + k] == word[k]) {
            k++;
        }
        out[i] = k == m;
    }
}
