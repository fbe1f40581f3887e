// Direct n-body gravity over structure-of-arrays state: every body sums the pull of every other one, in order.
// Usage: nbody [bodies] [steps]. Prints the wrapping sums of the bits of all positions and of all velocities.

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    double *x, *y, *z, *vx, *vy, *vz, *mass;
} Bodies;

static void pull(const Bodies *b, int n, double dt) {
    // parallel: yes - each iteration owns one body's velocity; positions and masses are only read (guard: disjoint).
    for (int i = 0; i < n; i++) {
        double ax = 0.0, ay = 0.0, az = 0.0;
        // parallel: no - float sums keep their order.
        for (int j = 0; j < n; j++) {
            double dx = b->x[j] - b->x[i], dy = b->y[j] - b->y[i], dz = b->z[j] - b->z[i];
            double d2 = dx * dx + dy * dy + dz * dz + 0.0625;
            double w = b->mass[j] / (d2 * sqrt(d2));
            ax += w * dx;
            ay += w * dy;
            az += w * dz;
        }
        b->vx[i] += dt * ax;
        b->vy[i] += dt * ay;
        b->vz[i] += dt * az;
    }
}

static void drift(double *x, const double *v, int n, double dt) {
    // parallel: yes - each iteration owns x[i] (guard: disjoint).
    for (int i = 0; i < n; i++) {
        x[i] += dt * v[i];
    }
}

static uint64_t digest(const double *x, int n) {
    uint64_t sum = 0;
    // parallel: yes - a wrapping integer sum may be reassociated.
    for (int i = 0; i < n; i++) {
        uint64_t bits;
        memcpy(&bits, &x[i], sizeof bits);
        sum += bits;
    }
    return sum;
}

static double unit(uint32_t k) {
    k *= 2246822519u;
    k ^= k >> 13;
    k *= 3266489917u;
    k ^= k >> 16;
    return (double)(k >> 8) / 16777216.0;
}

int main(int argc, char **argv) {
    int n = argc > 1 ? atoi(argv[1]) : 96;
    int steps = argc > 2 ? atoi(argv[2]) : 8;
    if (n < 1 || n > 65536 || steps < 0) {
        fputs("usage: nbody [bodies 1..65536] [steps]\n", stderr);
        return 2;
    }
    double *all = calloc(7 * (size_t)n, sizeof *all);
    if (!all) {
        return 1;
    }
    Bodies b = {all, all + n, all + 2 * n, all + 3 * n, all + 4 * n, all + 5 * n, all + 6 * n};
    // parallel: yes - each iteration owns one body, made from the counter.
    for (int i = 0; i < n; i++) {
        uint32_t k = 4 * (uint32_t)i;
        b.x[i] = unit(k) - 0.5;
        b.y[i] = unit(k + 1) - 0.5;
        b.z[i] = unit(k + 2) - 0.5;
        b.mass[i] = 0.25 + unit(k + 3);
    }
    // parallel: no - every step reads what the step before wrote.
    for (int step = 0; step < steps; step++) {
        pull(&b, n, 0.0078125);
        drift(b.x, b.vx, n, 0.0078125);
        drift(b.y, b.vy, n, 0.0078125);
        drift(b.z, b.vz, n, 0.0078125);
    }
    printf("nbody n=%d steps=%d positions=%016" PRIx64 " velocities=%016" PRIx64 "\n", n, steps,
           digest(b.x, 3 * n), digest(b.vx, 3 * n));
    return 0;
}
