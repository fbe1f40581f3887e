// For each of n points of the plane the number of the nearest of m centres, f32; the first one wins.

__attribute__((export_name("nearest"))) void nearest(int *out, const float *points, const float *centres, int n, int m) {
    // parallel: yes - each iteration owns out[i] (guard: disjoint).
    for (int i = 0; i < n; i++) {
        float x = points[2 * i], y = points[2 * i + 1], best = __builtin_inff();
        int at = 0;
        // parallel: no - the first of the smallest distances is wanted, so the order matters.
        for (int k = 0; k < m; k++) {
            float dx = centres[2 * k] - x, dy = centres[2 * k + 1] - y, d = dx * dx + dy * dy;
            if (d < best) {
                best = d;
                at = k;
            }
        }
        out[i] = at;
    }
}
