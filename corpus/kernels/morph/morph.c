// Grey dilation and erosion: the largest of 3 x 3 pixels, the smallest of a cross.

typedef unsigned char u8;

__attribute__((export_name("dilate"))) void dilate(u8 *out, const u8 *src, int rows, int cols) {
    // parallel: yes - each iteration owns one row of out (guard: disjoint).
    for (int i = 1; i < rows - 1; i++) {
        // parallel: yes - each iteration owns one pixel of out.
        for (int j = 1; j < cols - 1; j++) {
            u8 top = 0;
            // parallel: yes - an integer maximum is associative and commutative.
            for (int y = -1; y <= 1; y++) {
                // parallel: yes - an integer maximum is associative and commutative.
                for (int x = -1; x <= 1; x++) {
                    u8 v = src[(i + y) * cols + j + x];
                    top = v > top ? v : top;
                }
            }
            out[i * cols + j] = top;
        }
    }
}

__attribute__((export_name("erode"))) void erode(u8 *out, const u8 *src, int rows, int cols) {
    // parallel: yes - each iteration owns one row of out (guard: disjoint).
    for (int i = 1; i < rows - 1; i++) {
        // parallel: yes - each iteration owns one pixel of out.
        for (int j = 1; j < cols - 1; j++) {
            const u8 *p = src + i * cols + j;
            u8 low = p[0];
            low = p[-1] < low ? p[-1] : low;
            low = p[1] < low ? p[1] : low;
            low = p[-cols] < low ? p[-cols] : low;
            low = p[cols] < low ? p[cols] : low;
            out[i * cols + j] = low;
        }
    }
}
