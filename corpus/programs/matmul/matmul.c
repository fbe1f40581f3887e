// The product of two square matrices of f64, and its transpose in f32. Usage: matmul [size]. Prints the wrapping sums of
// the bits of the product's cells and of the transpose's.

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void fill(double *a, int cells, uint32_t seed) {
    // parallel: yes - each iteration owns one cell, made from the counter.
    for (int i = 0; i < cells; i++) {
        uint32_t h = ((uint32_t)i + seed) * 2654435761u;
        a[i] = (double)(int32_t)(h ^ h >> 15) * 0x1p-31;
    }
}

static void multiply(double *restrict c, const double *restrict a, const double *restrict b, int n) {
    // parallel: yes - each iteration owns one row of c (guard: c is disjoint from a and b).
    for (int i = 0; i < n; i++) {
        // parallel: no - every step of k adds to the same row, in order.
        for (int k = 0; k < n; k++) {
            double v = a[i * n + k];
            // parallel: yes - each iteration owns c[i][j].
            for (int j = 0; j < n; j++) {
                c[i * n + j] += v * b[k * n + j];
            }
        }
    }
}

static void transpose(float *restrict out, const double *restrict in, int n) {
    // parallel: yes - each iteration owns one column of out (guard: disjoint).
    for (int i = 0; i < n; i++) {
        // parallel: yes - each iteration owns out[j][i], at a runtime stride.
        for (int j = 0; j < n; j++) {
            out[j * n + i] = (float)in[i * n + j];
        }
    }
}

int main(int argc, char **argv) {
    int n = argc > 1 ? atoi(argv[1]) : 48;
    if (n < 1 || n > 2048) {
        fputs("usage: matmul [size 1..2048]\n", stderr);
        return 2;
    }
    int cells = n * n;
    double *all = calloc(3 * (size_t)cells, sizeof *all);
    float *turned = calloc((size_t)cells, sizeof *turned);
    if (!all || !turned) {
        return 1;
    }
    double *a = all, *b = all + cells, *c = all + 2 * cells;
    fill(a, cells, 1);
    fill(b, cells, 77777);
    multiply(c, a, b, n);
    transpose(turned, c, n);

    uint64_t sum = 0;
    uint32_t turned_sum = 0;
    // parallel: yes - two wrapping integer sums; the weights make places count.
    for (int i = 0; i < cells; i++) {
        uint64_t bits;
        uint32_t narrow;
        memcpy(&bits, &c[i], sizeof bits);
        memcpy(&narrow, &turned[i], sizeof narrow);
        sum += bits * (2 * (uint64_t)i + 1);
        turned_sum += narrow * (2 * (uint32_t)i + 1);
    }
    printf("matmul n=%d product=%016" PRIx64 " turned=%08" PRIx32 "\n", n, sum, turned_sum);
    return 0;
}
