// The edit distances of n pairs of words of eight bytes; the row of the table is a small array of the iteration's own.

typedef unsigned char u8;

__attribute__((export_name("edit"))) void edit(u8 *out, const u8 *a, const u8 *b, int n) {
    // parallel: yes - each iteration owns out[i]; the small array is written before it is read (guard: disjoint).
    for (int i = 0; i < n; i++) {
        int row[9];
        // parallel: yes - each iteration owns one element of the small array.
        for (int k = 0; k < 9; k++) {
            row[k] = k;
        }
        // parallel: no - every row of the table needs the row above.
        for (int y = 0; y < 8; y++) {
            int corner = row[0];
            row[0] = y + 1;
            // parallel: no - every element needs its left neighbour.
            for (int x = 0; x < 8; x++) {
                int up = row[x + 1], best = corner + (a[8 * i + y] != b[8 * i + x]);
                best = up + 1 < best ? up + 1 : best;
                best = row[x] + 1 < best ? row[x] + 1 : best;
                corner = up;
                row[x + 1] = best;
            }
        }
        out[i] = (u8)row[8];
    }
}
