// Arrays that the module owns: here statics at constant addresses.

enum { SIZE = 4096 };
static float x[SIZE], y[SIZE];

__attribute__((export_name("prepare"))) void prepare(int seed) {
    // parallel: yes - each iteration owns x[i] and y[i], and the values come from the counter.
    for (int i = 0; i < SIZE; i++) {
        x[i] = (float)((i * 37 + seed) & 1023);
        y[i] = (float)((i * 11 - seed) & 511);
    }
}

__attribute__((export_name("step"))) void step(int n, float a) {
    // parallel: yes - each iteration owns y[i]; x is another array.
    for (int i = 0; i < n; i++) {
        y[i] += a * x[i];
    }
}

__attribute__((export_name("digest"))) unsigned digest(int n) {
    const unsigned *bits = (const unsigned *)(const void *)y;
    unsigned sum = 0;
    // parallel: yes - a wrapping integer sum may be reassociated.
    for (int i = 0; i < n; i++) {
        sum += bits[i];
    }
    return sum;
}
