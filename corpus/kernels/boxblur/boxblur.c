// The mean of each pixel's 3 x 3 neighbourhood, u8; the rim of `out` is left alone.

typedef unsigned char u8;

__attribute__((export_name("boxblur"))) void boxblur(u8 *out, const u8 *in, int rows, int cols) {
    // parallel: yes - each iteration owns one row of out; in is only read (guard: disjoint).
    for (int i = 1; i < rows - 1; i++) {
        // parallel: yes - each iteration owns one byte of out.
        for (int j = 1; j < cols - 1; j++) {
            int sum = 0;
            // parallel: yes - a wrapping integer sum; three rows of the window.
            for (int k = i - 1; k <= i + 1; k++) {
                const u8 *p = in + k * cols + j;
                sum += p[-1] + p[0] + p[1];
            }
            out[i * cols + j] = (u8)((unsigned)sum / 9);
        }
    }
}
