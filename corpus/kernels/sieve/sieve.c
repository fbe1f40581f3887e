// The sieve of Eratosthenes: strikes out the multiples of each number that isn't struck out yet, u8.

typedef unsigned char u8;

__attribute__((export_name("sieve"))) void sieve(u8 *struck, int n) {
    // parallel: no - whether a number strikes depends on the numbers before.
    for (int p = 2; p * p < n; p++) {
        if (!struck[p]) {
            // parallel: yes - each iteration owns one multiple.
            for (int k = p * p; k < n; k += p) {
                struck[k] = 1;
            }
        }
    }
}
