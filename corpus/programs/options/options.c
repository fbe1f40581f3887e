// Black-Scholes prices of European calls, f64. Usage: options [count] for options made from the counter, or options -
// for lines "spot strike days" on standard input, the first two in cents. Prints how many options end in the money, the
// wrapping sum of the bits of all prices, and the bits of the dearest.

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST = 1 << 20 };

typedef struct {
    double *spot, *strike, *years, *price;
} Options;

static double from_bits(uint64_t bits) {
    double v;
    memcpy(&v, &bits, sizeof v);
    return v;
}

static uint64_t to_bits(double v) {
    uint64_t bits;
    memcpy(&bits, &v, sizeof bits);
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
    uint64_t bits = to_bits(x);
    double exponent = (double)((int)(bits >> 52) - 1023);
    double m = from_bits((bits & 0xfffffffffffffull) | 0x3ff0000000000000ull);
    double s = (m - 1.0) / (m + 1.0), q = s * s;
    double series = 1.0 + q * (1.0 / 3 + q * (1.0 / 5 + q * (1.0 / 7 + q * (1.0 / 9 + q * (1.0 / 11)))));
    return exponent * 0.6931471805599453 + 2.0 * s * series;
}

static double normal(double d) {
    double k = 1.0 / (1.0 + 0.2316419 * fabs(d));
    double p = k * (0.31938153 + k * (-0.356563782 + k * (1.781477937 + k * (-1.821255978 + k * 1.330274429))));
    double tail = 0.3989422804014327 * exponential(-0.5 * d * d) * p;
    return d < 0.0 ? tail : 1.0 - tail;
}

static void price(const Options *o, int count, double rate, double volatility) {
    double *spot = o->spot, *strike = o->strike, *years = o->years, *out = o->price;
    // parallel: yes - each iteration owns one price (guard: disjoint from the rest).
    for (int i = 0; i < count; i++) {
        double spread = volatility * sqrt(years[i]);
        double d1 = (logarithm(spot[i] / strike[i]) + (rate + 0.5 * volatility * volatility) * years[i]) / spread;
        double later = strike[i] * exponential(-rate * years[i]);
        out[i] = spot[i] * normal(d1) - later * normal(d1 - spread);
    }
}

static void synthesise(const Options *o, int count) {
    double *spot = o->spot, *strike = o->strike, *years = o->years;
    // parallel: yes - each iteration owns one option, made from the counter.
    for (int i = 0; i < count; i++) {
        uint32_t h = (uint32_t)i * 2654435761u;
        h ^= h >> 15;
        spot[i] = (double)(5000 + h % 10000) / 100.0;
        strike[i] = (double)(5000 + (h >> 8) % 10000) / 100.0;
        years[i] = (double)(30 + (h >> 20) % 700) / 365.0;
    }
}

static int read_options(const Options *o) {
    int count = 0;
    unsigned spot, strike, days;
    // parallel: no - input comes in order.
    while (count < MOST && scanf("%u %u %u", &spot, &strike, &days) == 3) {
        o->spot[count] = (double)spot / 100.0;
        o->strike[count] = (double)strike / 100.0;
        o->years[count] = (double)days / 365.0;
        count++;
    }
    return count;
}

int main(int argc, char **argv) {
    int from_input = argc > 1 && strcmp(argv[1], "-") == 0;
    int count = from_input ? MOST : argc > 1 ? atoi(argv[1]) : 2000;
    if (count < 1 || count > MOST) {
        fputs("usage: options [count 1..1048576 | -]\n", stderr);
        return 2;
    }
    double *all = calloc(4 * (size_t)count, sizeof *all);
    if (!all) {
        return 1;
    }
    Options o = {all, all + count, all + 2 * count, all + 3 * count};
    if (from_input) {
        count = read_options(&o);
    } else {
        synthesise(&o, count);
    }
    price(&o, count, 0.02, 0.3);

    uint32_t inside = 0;
    uint64_t sum = 0;
    // parallel: yes - two wrapping integer sums.
    for (int i = 0; i < count; i++) {
        inside += o.spot[i] > o.strike[i];
        sum += to_bits(o.price[i]);
    }
    double top = 0.0;
    // parallel: no - a comparison selects; with NaNs the order would matter.
    for (int i = 0; i < count; i++) {
        top = o.price[i] > top ? o.price[i] : top;
    }
    printf("options n=%d inside=%" PRIu32 " sum=%016" PRIx64 " top=%016" PRIx64 "\n", count, inside, sum, to_bits(top));
    return 0;
}
