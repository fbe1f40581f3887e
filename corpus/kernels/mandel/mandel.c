// Escape times of the Mandelbrot set over a w x h view, one i32 for each point.

__attribute__((export_name("mandel"))) void mandel(int *out, int w, int h, int limit, double step) {
    // parallel: yes - each iteration owns one row of out.
    for (int y = 0; y < h; y++) {
        // parallel: yes - each iteration owns out[y][x]; the escape loop stays inside it.
        for (int x = 0; x < w; x++) {
            double cr = step * x - 2.0, ci = step * y - 1.25;
            double zr = 0.0, zi = 0.0;
            int k = 0;
            // parallel: no - every step needs the one before, and the number of steps depends on the data.
            while (k < limit && zr * zr + zi * zi < 4.0) {
                double t = zr * zr - zi * zi + cr;
                zi = 2.0 * zr * zi + ci;
                zr = t;
                k++;
            }
            out[y * w + x] = k;
        }
    }
}
