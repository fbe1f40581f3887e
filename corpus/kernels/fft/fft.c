// A Fourier transform of 2^k complex f32 in place, from bit-reversed order; the twiddles are in a table.

__attribute__((export_name("fft"))) void fft(float *re, float *im, const float *wr, const float *wi, int n) {
    // parallel: no - every pass needs the pass before.
    for (int half = 1; half < n; half *= 2) {
        // parallel: yes - each iteration owns one block (guard: the four arrays are disjoint).
        for (int b = 0; b < n; b += 2 * half) {
            // parallel: yes - each iteration owns the k-th number of both halves.
            for (int k = 0; k < half; k++) {
                int p = b + k, q = p + half, w = k * (n / 2 / half);
                float tr = wr[w] * re[q] - wi[w] * im[q], ti = wr[w] * im[q] + wi[w] * re[q];
                re[q] = re[p] - tr;
                im[q] = im[p] - ti;
                re[p] += tr;
                im[p] += ti;
            }
        }
    }
}
