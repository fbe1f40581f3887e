// The accelerations of n bodies by each other, f32; bodies are x, y, z and a mass.

__attribute__((export_name("gravity"))) void gravity(float *a, const float *p, int n, float soft) {
    // parallel: yes - each iteration owns three elements of a (guard: disjoint).
    for (int i = 0; i < n; i++) {
        float x = 0.0f, y = 0.0f, z = 0.0f;
        // parallel: no - float sums keep their order.
        for (int j = 0; j < n; j++) {
            float dx = p[4 * j] - p[4 * i], dy = p[4 * j + 1] - p[4 * i + 1], dz = p[4 * j + 2] - p[4 * i + 2];
            float d = dx * dx + dy * dy + dz * dz + soft;
            float f = p[4 * j + 3] / (d * __builtin_sqrtf(d));
            x += f * dx;
            y += f * dy;
            z += f * dz;
        }
        a[3 * i] = x;
        a[3 * i + 1] = y;
        a[3 * i + 2] = z;
    }
}
