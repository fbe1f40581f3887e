// Arrays made from the loop counter alone: the induction variable is data here.

__attribute__((export_name("ramp_f64"))) void ramp_f64(double *out, int n, double start, double step) {
    // parallel: yes - each iteration owns out[i], and the counter has a closed form.
    for (int i = 0; i < n; i++) {
        out[i] = start + step * i;
    }
}

__attribute__((export_name("ramp_i64"))) void ramp_i64(unsigned long long *out, int n, unsigned long long start,
                                                       unsigned long long step) {
    unsigned long long v = start;
    // parallel: yes - v is a second induction, closed form start + i * step in wrapping arithmetic.
    for (int i = 0; i < n; i++) {
        out[i] = v;
        v += step;
    }
}
