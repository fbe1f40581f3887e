// A photo pipeline on 8-bit pixels: make an RGB image, turn it grey, brighten, box-blur, blend with the original,
// count the levels. Usage: photo [width] [height]. Prints a digest of the result and the fullest level.

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

typedef uint8_t u8;

static void synthesise(u8 *rgb, int pixels) {
    // parallel: yes - each iteration owns one pixel, made from the counter.
    for (int i = 0; i < pixels; i++) {
        uint32_t h = (uint32_t)i * 2654435761u;
        h ^= h >> 15;
        rgb[3 * i] = (u8)h;
        rgb[3 * i + 1] = (u8)(h >> 9);
        rgb[3 * i + 2] = (u8)(i >> 4);
    }
}

static void to_gray(u8 *gray, const u8 *rgb, int pixels) {
    // parallel: yes - each iteration owns one byte of gray (guard: disjoint).
    for (int i = 0; i < pixels; i++) {
        gray[i] = (u8)((77 * rgb[3 * i] + 150 * rgb[3 * i + 1] + 29 * rgb[3 * i + 2]) >> 8);
    }
}

static void brighten(u8 *out, const u8 *in, int pixels, int delta) {
    // parallel: yes - each iteration owns one byte of out.
    for (int i = 0; i < pixels; i++) {
        int v = in[i] + delta;
        out[i] = (u8)(v < 0 ? 0 : v > 255 ? 255 : v);
    }
}

static void blur(u8 *restrict out, const u8 *restrict in, int width, int height) {
    // parallel: yes - each iteration owns one row of out (guard: disjoint).
    for (int y = 1; y < height - 1; y++) {
        // parallel: yes - each iteration owns one byte of out.
        for (int x = 1; x < width - 1; x++) {
            int sum = 0;
            // parallel: yes - a wrapping integer sum; too short to be worth a kernel of its own.
            for (int dy = -1; dy <= 1; dy++) {
                const u8 *p = in + (y + dy) * width + x;
                sum += p[-1] + p[0] + p[1];
            }
            out[y * width + x] = (u8)(sum / 9);
        }
    }
}

static void blend(u8 *out, const u8 *with, int pixels, int alpha) {
    // parallel: yes - each iteration reads and writes one byte of out (guard: disjoint or the same).
    for (int i = 0; i < pixels; i++) {
        out[i] = (u8)((out[i] * (256 - alpha) + with[i] * alpha) >> 8);
    }
}

int main(int argc, char **argv) {
    int width = argc > 1 ? atoi(argv[1]) : 256;
    int height = argc > 2 ? atoi(argv[2]) : 192;
    if (width < 3 || height < 3 || width > 8192 || height > 8192) {
        fputs("usage: photo [width 3..8192] [height 3..8192]\n", stderr);
        return 2;
    }
    int pixels = width * height;
    u8 *rgb = malloc(3 * (size_t)pixels);
    u8 *gray = malloc((size_t)pixels);
    u8 *work = calloc((size_t)pixels, 1);
    if (!rgb || !gray || !work) {
        return 1;
    }
    synthesise(rgb, pixels);
    to_gray(gray, rgb, pixels);
    brighten(gray, gray, pixels, 24);
    blur(work, gray, width, height);
    blend(work, gray, pixels, 96);

    static uint32_t levels[256];
    uint64_t digest = 0;
    // parallel: yes - commutative integer updates only.
    for (int i = 0; i < pixels; i++) {
        levels[work[i]] += 1;
    }
    // parallel: yes - a wrapping integer sum of independent terms.
    for (int i = 0; i < pixels; i++) {
        uint64_t v = work[i] + (uint64_t)i * 0x9e3779b97f4a7c15ull;
        digest += (v ^ (v >> 29)) * 0xbf58476d1ce4e5b9ull;
    }
    int top = 0;
    // parallel: no - it keeps the first of the fullest levels, so the order matters.
    for (int i = 1; i < 256; i++) {
        if (levels[i] > levels[top]) {
            top = i;
        }
    }
    printf("photo %dx%d digest=%016" PRIx64 " top=%d count=%" PRIu32 "\n", width, height, digest, top, levels[top]);
    return 0;
}
