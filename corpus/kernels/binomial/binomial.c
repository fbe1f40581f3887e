// Prices of American options by a binomial tree of 16 steps, which lies in a small array of the iteration's own, f64.

__attribute__((export_name("binomial"))) void binomial(double *price, const double *spot, const double *strike, int n,
                                                       double up, double p) {
    // parallel: yes - each iteration owns price[i]; the small array is written before it is read (guard:
    // disjoint).
    for (int i = 0; i < n; i++) {
        double tree[17], low = spot[i];
        // parallel: no - every spot price needs the one before.
        for (int k = 0; k < 17; k++) {
            tree[k] = strike[i] > low ? strike[i] - low : 0.0;
            low *= up;
        }
        // parallel: no - every step needs the step before.
        for (int t = 15; t >= 0; t--) {
            double s = spot[i];
            // parallel: no - each element is overwritten with its neighbour's old value, and the spot price goes
            // up from one to the next.
            for (int k = 0; k <= t; k++) {
                double hold = p * tree[k + 1] + (1.0 - p) * tree[k], now = strike[i] - s;
                tree[k] = hold > now ? hold : now;
                s *= up;
            }
        }
        price[i] = tree[0];
    }
}
