// One generation of the Game of Life on the inside of a grid of bytes 0 and 1.

typedef unsigned char u8;

__attribute__((export_name("life"))) void life(u8 *out, const u8 *in, int rows, int cols) {
    // parallel: yes - each iteration owns one row of out; in is only read (guard: disjoint).
    for (int i = 1; i < rows - 1; i++) {
        // parallel: yes - each iteration owns one cell.
        for (int j = 1; j < cols - 1; j++) {
            const u8 *above = in + (i - 1) * cols + j, *row = above + cols, *below = row + cols;
            int around = above[-1] + above[0] + above[1] + row[-1] + row[1] + below[-1] + below[0] + below[1];
            if (around == 3) {
                out[i * cols + j] = 1;
            } else if (around != 2) {
                out[i * cols + j] = 0;
            } else {
                out[i * cols + j] = row[0];
            }
        }
    }
}
