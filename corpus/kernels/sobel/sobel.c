// Edge strength by the two Sobel filters, |gx| + |gy| cut off at 255, u8; the rim of `out` is left alone.

typedef unsigned char u8;

__attribute__((export_name("sobel"))) void sobel(u8 *out, const u8 *in, int rows, int cols) {
    // parallel: yes - each iteration owns one row of out; in is only read (guard: disjoint).
    for (int i = 1; i < rows - 1; i++) {
        // parallel: yes - each iteration owns one byte of out.
        for (int j = 1; j < cols - 1; j++) {
            const u8 *above = in + (i - 1) * cols + j, *row = above + cols, *below = row + cols;
            int gx = above[1] - above[-1] + 2 * (row[1] - row[-1]) + below[1] - below[-1];
            int gy = below[-1] - above[-1] + 2 * (below[0] - above[0]) + below[1] - above[1];
            int strength = (gx < 0 ? -gx : gx) + (gy < 0 ? -gy : gy);
            out[i * cols + j] = (u8)(strength > 255 ? 255 : strength);
        }
    }
}
