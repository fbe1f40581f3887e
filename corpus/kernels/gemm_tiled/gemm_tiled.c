// C += A B over f64 in tiles of 8 x 8; the sizes are multiples of 8.

__attribute__((export_name("gemm_tiled"))) void gemm_tiled(double *c, const double *a, const double *b, int n, int m,
                                                           int k) {
    int p = 8 * m, q = 8 * k;
    // parallel: yes - each iteration owns eight rows of c (guard: c is disjoint from a and b).
    for (int i = 0; i < 8 * n; i += 8) {
        // parallel: yes - each iteration owns one tile of c.
        for (int j = 0; j < p; j += 8) {
            // parallel: no - each iteration adds to the same tile.
            for (int l = 0; l < q; l += 8) {
                // parallel: yes - each iteration owns one row of the tile.
                for (int x = i; x < i + 8; x++) {
                    // parallel: no - each iteration adds to the same row.
                    for (int z = l; z < l + 8; z++) {
                        // parallel: yes - each iteration owns one element.
                        for (int y = j; y < j + 8; y++) {
                            c[x * p + y] += a[x * q + z] * b[z * p + y];
                        }
                    }
                }
            }
        }
    }
}
