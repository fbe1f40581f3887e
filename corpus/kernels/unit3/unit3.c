// Makes n vectors of three f32, one after the other, as long as 1.

__attribute__((export_name("unit3"))) void unit3(float *v, int n) {
    // parallel: yes - each iteration owns the three elements of its vector.
    for (int i = 0; i < n; i++) {
        float x = v[3 * i], y = v[3 * i + 1], z = v[3 * i + 2];
        float scale = 1.0f / __builtin_sqrtf(x * x + y * y + z * z);
        v[3 * i] = x * scale;
        v[3 * i + 1] = y * scale;
        v[3 * i + 2] = z * scale;
    }
}
