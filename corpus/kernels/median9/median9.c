// The median of 3 x 3 pixels: the nine are sorted in a small array of the iteration's own.

typedef unsigned char u8;

__attribute__((export_name("median9"))) void median9(u8 *out, const u8 *src, int rows, int cols) {
    // parallel: yes - each iteration owns one row of out; the small array is written before it is read (guard:
    // disjoint).
    for (int i = 1; i < rows - 1; i++) {
        // parallel: yes - each iteration owns one pixel of out.
        for (int j = 1; j < cols - 1; j++) {
            u8 near[9];
            // parallel: yes - each iteration owns three elements of the small array.
            for (int y = 0; y < 3; y++) {
                // parallel: yes - each iteration owns one element.
                for (int x = 0; x < 3; x++) {
                    near[3 * y + x] = src[(i + y - 1) * cols + j + x - 1];
                }
            }
            // parallel: no - insertion sort: each step needs the elements in order so far.
            for (int k = 1; k < 9; k++) {
                u8 v = near[k];
                int at = k;
                // parallel: no - elements move up until the place is found.
                while (at > 0 && near[at - 1] > v) {
                    near[at] = near[at - 1];
                    at--;
                }
                near[at] = v;
            }
            out[i * cols + j] = near[4];
        }
    }
}
