// Random numbers made from their own position: uniform ones, and the ends of random walks.

static unsigned draw(unsigned counter, unsigned key) {
    unsigned x = counter * 0x9e3779b1u ^ key;
    x = (x ^ (x >> 16)) * 0x7feb352du;
    x = (x ^ (x >> 15)) * 0x846ca68bu;
    return x ^ (x >> 16);
}

__attribute__((export_name("uniform"))) void uniform(float *out, int n, int key) {
    // parallel: yes - each iteration owns out[i], and its number comes from the counter.
    for (int i = 0; i < n; i++) {
        out[i] = (float)(draw((unsigned)i, (unsigned)key) >> 8) * 0x1p-24f;
    }
}

__attribute__((export_name("walks"))) void walks(float *out, int n, int steps, int key) {
    // parallel: yes - each iteration owns out[i], and its numbers come from the counters.
    for (int i = 0; i < n; i++) {
        float place = 0.0f;
        // parallel: no - a float sum keeps its order.
        for (int k = 0; k < steps; k++) {
            place += (float)(draw((unsigned)(i * steps + k), (unsigned)key) >> 8) * 0x1p-24f - 0.5f;
        }
        out[i] = place;
    }
}
