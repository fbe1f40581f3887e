// The Mandelbrot set, row by row: escape times to 8-bit colours. Usage: fractal [width] [height] [limit].
// Prints the total of the escape times and a digest of the picture.

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

static void draw(uint16_t *times, int width, int height, int limit) {
    double step = 3.0 / width;
    // parallel: yes - each iteration owns one row.
    for (int y = 0; y < height; y++) {
        // parallel: yes - each iteration owns one point; the escape loop stays inside it.
        for (int x = 0; x < width; x++) {
            double cr = step * x - 2.25, ci = step * (y - height / 2);
            double zr = 0.0, zi = 0.0;
            int k = 0;
            // parallel: no - every step needs the one before, and the number of steps depends on the data.
            while (k < limit && zr * zr + zi * zi <= 4.0) {
                double next = zr * zr - zi * zi + cr;
                zi = 2.0 * zr * zi + ci;
                zr = next;
                k++;
            }
            times[y * width + x] = (uint16_t)k;
        }
    }
}

int main(int argc, char **argv) {
    int width = argc > 1 ? atoi(argv[1]) : 96;
    int height = argc > 2 ? atoi(argv[2]) : 64;
    int limit = argc > 3 ? atoi(argv[3]) : 100;
    if (width < 1 || height < 1 || width > 8192 || height > 8192 || limit < 1 || limit > 65535) {
        fputs("usage: fractal [width] [height] [limit 1..65535]\n", stderr);
        return 2;
    }
    int points = width * height;
    uint16_t *times = malloc((size_t)points * sizeof *times);
    uint8_t *colours = malloc((size_t)points);
    if (!times || !colours) {
        return 1;
    }
    draw(times, width, height, limit);
    // parallel: yes - each iteration owns one byte; loads are twice as wide as stores (guard: disjoint).
    for (int i = 0; i < points; i++) {
        colours[i] = times[i] == limit ? 0 : (uint8_t)(times[i] * 7 + 32);
    }
    uint32_t total = 0, digest = 0;
    // parallel: yes - two wrapping integer sums.
    for (int i = 0; i < points; i++) {
        total += times[i];
        digest += (uint32_t)(colours[i] + 1) * ((uint32_t)i * 2654435761u | 1u);
    }
    printf("fractal %dx%d limit=%d total=%" PRIu32 " digest=%08" PRIx32 "\n", width, height, limit, total, digest);
    return 0;
}
