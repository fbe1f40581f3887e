// The table of longest common subsequences of two byte strings, row by row and diagonal by diagonal; its first row and
// column are set by the caller.

typedef unsigned char u8;

__attribute__((export_name("lcs_rows"))) void lcs_rows(int *t, const u8 *a, const u8 *b, int n, int m) {
    int w = m + 1;
    // parallel: no - every row needs the row above.
    for (int i = 1; i <= n; i++) {
        // parallel: no - every element needs its left neighbour.
        for (int j = 1; j <= m; j++) {
            int up = t[(i - 1) * w + j], left = t[i * w + j - 1];
            int best = up > left ? up : left;
            t[i * w + j] = a[i - 1] == b[j - 1] ? t[(i - 1) * w + j - 1] + 1 : best;
        }
    }
}

__attribute__((export_name("lcs_diagonals"))) void lcs_diagonals(int *t, const u8 *a, const u8 *b, int n, int m) {
    int w = m + 1;
    // parallel: no - every diagonal needs the two before.
    for (int d = 2; d <= n + m; d++) {
        int from = d - m > 1 ? d - m : 1, to = d - 1 < n ? d - 1 : n;
        // parallel: yes - each iteration owns one element of the diagonal (guard: disjoint).
        for (int i = from; i <= to; i++) {
            int j = d - i, up = t[(i - 1) * w + j], left = t[i * w + j - 1];
            int best = up > left ? up : left;
            t[i * w + j] = a[i - 1] == b[j - 1] ? t[(i - 1) * w + j - 1] + 1 : best;
        }
    }
}
