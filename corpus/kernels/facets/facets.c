// Twice the areas of n triangles of the plane, by the numbers of their corners, f32.

__attribute__((export_name("facets"))) void facets(float *out, const unsigned *corner, const float *p, int n, int m) {
    // parallel: yes - each iteration owns out[i]; what the corners pick is only read (guard: out is disjoint
    // from the others).
    for (int i = 0; i < n; i++) {
        unsigned a = corner[3 * i], b = corner[3 * i + 1], c = corner[3 * i + 2];
        float x = p[2 * b] - p[2 * a], y = p[2 * b + 1] - p[2 * a + 1];
        float u = p[2 * c] - p[2 * a], v = p[2 * c + 1] - p[2 * a + 1];
        out[i] = x * v - y * u;
    }
}
