// The transpose of a matrix of u16 in tiles of 4 x 4; the sizes are multiples of 4.

typedef unsigned short u16;

__attribute__((export_name("blocks"))) void blocks(u16 *out, const u16 *x, int n, int m) {
    int rows = 4 * n, cols = 4 * m;
    // parallel: yes - each iteration owns four columns of out (guard: disjoint).
    for (int i = 0; i < rows; i += 4) {
        // parallel: yes - each iteration owns one tile.
        for (int j = 0; j < cols; j += 4) {
            // parallel: yes - each iteration owns one column of the tile.
            for (int y = i; y < i + 4; y++) {
                // parallel: yes - each iteration owns one element.
                for (int z = j; z < j + 4; z++) {
                    out[z * rows + y] = x[y * cols + z];
                }
            }
        }
    }
}
