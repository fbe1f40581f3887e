// Escape times of a Julia set, f64.

typedef unsigned char u8;

__attribute__((export_name("julia"))) void julia(u8 *out, int w, int h, double cx, double cy, int limit) {
    // parallel: yes - each iteration owns one row of out.
    for (int i = 0; i < h; i++) {
        // parallel: yes - each iteration owns one pixel.
        for (int j = 0; j < w; j++) {
            double x = 3.0 * j / w - 1.5, y = 3.0 * i / h - 1.5;
            int k = 0;
            // parallel: no - every step needs the one before, and the last one decides when to stop.
            while (k < limit && x * x + y * y < 4.0) {
                double t = x * x - y * y + cx;
                y = 2.0 * x * y + cy;
                x = t;
                k++;
            }
            out[i * w + j] = (u8)k;
        }
    }
}
