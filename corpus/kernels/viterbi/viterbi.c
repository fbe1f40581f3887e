// The best scores of a hidden Markov chain of m states, f32: one row for each of n steps after the first.

__attribute__((export_name("viterbi"))) void viterbi(float *s, const float *t, const float *e, int n, int m) {
    // parallel: no - every row needs the row above.
    for (int i = 0; i < n; i++) {
        // parallel: yes - each iteration owns one element of the new row (guard: s is disjoint from t and e).
        for (int j = 0; j < m; j++) {
            float best = s[i * m] + t[j];
            // parallel: yes - a comparison picks the largest; whether a zero is -0 may depend on the order, and then the loop decides.
            for (int k = 1; k < m; k++) {
                float v = s[i * m + k] + t[k * m + j];
                best = v > best ? v : best;
            }
            s[(i + 1) * m + j] = best + e[i * m + j];
        }
    }
}
