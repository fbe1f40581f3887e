// A five-point stencil of a line with weights from an array, f32.

__attribute__((export_name("stencil5"))) void stencil5(float *out, const float *src, const float *w, int n) {
    // parallel: yes - each iteration owns out[i]; src and w are only read (guard: disjoint).
    for (int i = 2; i < n - 2; i++) {
        out[i] = w[0] * src[i - 2] + w[1] * src[i - 1] + w[2] * src[i] + w[3] * src[i + 1] + w[4] * src[i + 2];
    }
}
