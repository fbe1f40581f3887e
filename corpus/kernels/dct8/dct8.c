// Cosine transforms of rows of eight f32 in place; the eight results wait in a small array of the iteration's own.

__attribute__((export_name("dct8"))) void dct8(float *x, const float *c, int n) {
    // parallel: yes - each iteration owns eight elements; the small array is written before it is read (guard:
    // disjoint).
    for (int i = 0; i < n; i++) {
        float t[8];
        // parallel: yes - each iteration owns one element of the small array.
        for (int k = 0; k < 8; k++) {
            float sum = 0.0f;
            // parallel: no - a float sum keeps its order.
            for (int j = 0; j < 8; j++) {
                sum += c[8 * k + j] * x[8 * i + j];
            }
            t[k] = sum;
        }
        // parallel: yes - each iteration owns one element.
        for (int k = 0; k < 8; k++) {
            x[8 * i + k] = t[k];
        }
    }
}
