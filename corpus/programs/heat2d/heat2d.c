// Heat diffusion: repeated Jacobi sweeps over a square grid whose left edge is hot. Usage: heat2d [size] [steps].
// Prints the wrapping sum of the bits of every cell, and the bits of the middle one.

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void sweep(double *restrict to, const double *restrict from, int size) {
    // parallel: yes - each iteration owns one row of `to`; `from` is only read (guard: disjoint).
    for (int i = 1; i < size - 1; i++) {
        // parallel: yes - each iteration owns one cell.
        for (int j = 1; j < size - 1; j++) {
            const double *p = from + i * size + j;
            to[i * size + j] = 0.5 * p[0] + 0.125 * (p[-1] + p[1] + p[-size] + p[size]);
        }
    }
}

int main(int argc, char **argv) {
    int size = argc > 1 ? atoi(argv[1]) : 64;
    int steps = argc > 2 ? atoi(argv[2]) : 40;
    if (size < 3 || size > 4096 || steps < 0) {
        fputs("usage: heat2d [size 3..4096] [steps]\n", stderr);
        return 2;
    }
    size_t cells = (size_t)size * (size_t)size;
    double *from = calloc(cells, sizeof *from);
    double *to = calloc(cells, sizeof *to);
    if (!from || !to) {
        return 1;
    }
    // parallel: yes - each iteration owns one cell of each grid, at a runtime stride.
    for (int i = 0; i < size; i++) {
        from[i * size] = to[i * size] = 100.0 + 0.375 * i;
    }
    // parallel: no - every step reads what the step before wrote.
    for (int step = 0; step < steps; step++) {
        sweep(to, from, size);
        double *swap = from;
        from = to;
        to = swap;
    }
    uint64_t sum = 0;
    // parallel: yes - a wrapping integer sum may be reassociated.
    for (size_t i = 0; i < cells; i++) {
        uint64_t bits;
        memcpy(&bits, &from[i], sizeof bits);
        sum += bits;
    }
    uint64_t middle;
    memcpy(&middle, &from[(size / 2) * size + size / 2], sizeof middle);
    printf("heat2d size=%d steps=%d sum=%016" PRIx64 " middle=%016" PRIx64 "\n", size, steps, sum, middle);
    return 0;
}
