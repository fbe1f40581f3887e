// A 3 x 3 convolution of a grey image with weights of i16, shifted and clamped.

typedef short i16;
typedef unsigned char u8;

__attribute__((export_name("convolve3"))) void convolve3(u8 *out, const u8 *src, const i16 *w, int rows, int cols,
                                                         int shift) {
    // parallel: yes - each iteration owns one row of out (guard: out is disjoint from src and w).
    for (int i = 1; i < rows - 1; i++) {
        // parallel: yes - each iteration owns one pixel of out.
        for (int j = 1; j < cols - 1; j++) {
            int sum = 0;
            // parallel: yes - a wrapping integer sum may be reassociated.
            for (int y = 0; y < 3; y++) {
                // parallel: yes - a wrapping integer sum may be reassociated.
                for (int x = 0; x < 3; x++) {
                    sum += w[3 * y + x] * src[(i + y - 1) * cols + j + x - 1];
                }
            }
            sum >>= shift;
            out[i * cols + j] = (u8)(sum < 0 ? 0 : sum > 255 ? 255 : sum);
        }
    }
}
