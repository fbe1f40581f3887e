// Whole numbers: greatest common divisors, powers modulo p, tests for primes by trial division.

typedef unsigned char u8;

__attribute__((export_name("gcd"))) void gcd(unsigned *out, const unsigned *a, const unsigned *b, int n) {
    // parallel: yes - each iteration owns out[i] (guard: out is the same as a and b or disjoint).
    for (int i = 0; i < n; i++) {
        unsigned x = a[i], y = b[i];
        // parallel: no - every remainder needs the one before.
        while (y != 0u) {
            unsigned r = x % y;
            x = y;
            y = r;
        }
        out[i] = x;
    }
}

__attribute__((export_name("powers"))) void powers(unsigned long long *out, const unsigned long long *base, int n,
                                                   int e, unsigned long long p) {
    // parallel: yes - each iteration owns out[i] (guard: out and base are the same or disjoint).
    for (int i = 0; i < n; i++) {
        unsigned long long r = 1u, b = base[i] % p;
        // parallel: no - every square needs the one before.
        for (unsigned k = (unsigned)e; k != 0u; k >>= 1) {
            if (k & 1u) {
                r = r * b % p;
            }
            b = b * b % p;
        }
        out[i] = r;
    }
}

__attribute__((export_name("primes"))) void primes(u8 *out, int n, int first) {
    // parallel: yes - each iteration owns out[i].
    for (int i = 0; i < n; i++) {
        unsigned v = (unsigned)(first + i);
        u8 prime = v > 1u;
        // parallel: no - the first divisor ends the search.
        for (unsigned d = 2; d * d <= v; d++) {
            if (v % d == 0u) {
                prime = 0;
                break;
            }
        }
        out[i] = prime;
    }
}
