// Black-Scholes prices of European calls, f64. Exponential, logarithm and normal distribution are spelled out, so that
// every producer computes the same bits.

static double from_bits(unsigned long long bits) {
    double v;
    __builtin_memcpy(&v, &bits, sizeof v);
    return v;
}

static unsigned long long to_bits(double v) {
    unsigned long long bits;
    __builtin_memcpy(&bits, &v, sizeof bits);
    return bits;
}

// e to the x for |x| < 700: two to a whole power, times a polynomial of the rest.
static double exponential(double x) {
    double shifted = x * 1.4426950408889634 + 6755399441055744.0;
    double r = x - (shifted - 6755399441055744.0) * 0.6931471805599453;
    double p = 1.0 + r * (1.0 + r * (0.5 + r * (1.0 / 6 + r * (1.0 / 24 + r * (1.0 / 120 + r * (1.0 / 720))))));
    return p * from_bits((to_bits(shifted) + 1023) << 52);
}

// The logarithm of a normal positive x: its exponent, plus a series for its mantissa.
static double logarithm(double x) {
    unsigned long long bits = to_bits(x);
    double exponent = (double)((int)(bits >> 52) - 1023);
    double m = from_bits((bits & 0xfffffffffffffull) | 0x3ff0000000000000ull);
    double s = (m - 1.0) / (m + 1.0), q = s * s;
    double series = 1.0 + q * (1.0 / 3 + q * (1.0 / 5 + q * (1.0 / 7 + q * (1.0 / 9 + q * (1.0 / 11)))));
    return exponent * 0.6931471805599453 + 2.0 * s * series;
}

static double normal(double d) {
    double k = 1.0 / (1.0 + 0.2316419 * __builtin_fabs(d));
    double p = k * (0.31938153 + k * (-0.356563782 + k * (1.781477937 + k * (-1.821255978 + k * 1.330274429))));
    double tail = 0.3989422804014327 * exponential(-0.5 * d * d) * p;
    return d < 0.0 ? tail : 1.0 - tail;
}

__attribute__((export_name("blackscholes"))) void blackscholes(double *price, const double *spot, const double *strike,
                                                               const double *years, int n, double rate,
                                                               double volatility) {
    // parallel: yes - each iteration owns price[i] (guard: disjoint from the others).
    for (int i = 0; i < n; i++) {
        double spread = volatility * __builtin_sqrt(years[i]);
        double d1 = (logarithm(spot[i] / strike[i]) + (rate + 0.5 * volatility * volatility) * years[i]) / spread;
        double later = strike[i] * exponential(-rate * years[i]);
        price[i] = spot[i] * normal(d1) - later * normal(d1 - spread);
    }
}
