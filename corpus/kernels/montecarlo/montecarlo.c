// Monte Carlo streams: each counts how many of its random points lie in the quarter circle. A stream's generator is a
// 32-bit xorshift, seeded from its number.

__attribute__((export_name("montecarlo"))) void montecarlo(int *hits, int n, int rounds, unsigned seed) {
    // parallel: yes - each iteration owns hits[i] and its own generator.
    for (int i = 0; i < n; i++) {
        unsigned state = (seed + (unsigned)i * 2654435761u) | 1u;
        int count = 0;
        // parallel: no - every draw needs the one before.
        for (int k = 0; k < rounds; k++) {
            state ^= state << 13;
            state ^= state >> 17;
            state ^= state << 5;
            float x = (float)(state & 0xffff) * 0x1p-16f, y = (float)(state >> 16) * 0x1p-16f;
            if (x * x + y * y < 1.0f) {
                count++;
            }
        }
        hits[i] = count;
    }
}
