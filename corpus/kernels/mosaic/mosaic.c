// Replaces each block of 8 x 8 pixels of a grey image by its mean.

typedef unsigned char u8;

__attribute__((export_name("mosaic"))) void mosaic(u8 *p, int rows, int cols) {
    int pitch = 8 * cols;
    // parallel: yes - each iteration owns eight rows.
    for (int i = 0; i < rows; i++) {
        // parallel: yes - each iteration owns one block.
        for (int j = 0; j < cols; j++) {
            u8 *block = p + 8 * i * pitch + 8 * j;
            unsigned sum = 32;
            // parallel: yes - a wrapping integer sum may be reassociated.
            for (int y = 0; y < 8; y++) {
                // parallel: yes - a wrapping integer sum may be reassociated.
                for (int x = 0; x < 8; x++) {
                    sum += block[y * pitch + x];
                }
            }
            // parallel: yes - each iteration owns one row of the block.
            for (int y = 0; y < 8; y++) {
                // parallel: yes - each iteration owns one pixel.
                for (int x = 0; x < 8; x++) {
                    block[y * pitch + x] = (u8)(sum >> 6);
                }
            }
        }
    }
}
