// Linear interpolation of n f32 at a step of 16.16 fixed point; the source reaches as far as the steps do.

__attribute__((export_name("resample"))) void resample(float *out, const float *x, int n, int step) {
    // parallel: yes - each iteration owns out[i]; where it reads follows from the step (guard: disjoint).
    for (int i = 0; i < n; i++) {
        unsigned at = (unsigned)i * (unsigned)step, whole = at >> 16;
        float part = (float)(at & 0xffffu) * (1.0f / 65536.0f);
        out[i] = x[whole] + part * (x[whole + 1] - x[whole]);
    }
}
