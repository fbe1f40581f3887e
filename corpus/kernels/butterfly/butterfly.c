// One pass of a Fourier transform, in place: each block of 2 x half numbers combines its halves with the same twiddles.

__attribute__((export_name("butterfly"))) void butterfly(double *re, double *im, const double *wr, const double *wi,
                                                         int blocks, int half) {
    // parallel: yes - each iteration owns one block of re and im (guard: the four arrays are disjoint).
    for (int b = 0; b < blocks; b++) {
        double *r = re + 2 * b * half, *m = im + 2 * b * half;
        // parallel: yes - each iteration owns the k-th number of both halves.
        for (int k = 0; k < half; k++) {
            double tr = wr[k] * r[half + k] - wi[k] * m[half + k];
            double ti = wr[k] * m[half + k] + wi[k] * r[half + k];
            r[half + k] = r[k] - tr;
            m[half + k] = m[k] - ti;
            r[k] += tr;
            m[k] += ti;
        }
    }
}
