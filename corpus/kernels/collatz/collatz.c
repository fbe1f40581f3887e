// How many Collatz steps lead from each number to 1, at most `limit`.

__attribute__((export_name("collatz"))) void collatz(int *steps, const unsigned *start, int n, int limit) {
    // parallel: yes - each iteration owns steps[i]; the inner loop stays inside it (guard: disjoint).
    for (int i = 0; i < n; i++) {
        unsigned long long v = start[i];
        int k = 0;
        // parallel: no - every step needs the one before, and the number of steps depends on the data.
        while (v > 1 && k < limit) {
            v = v & 1 ? 3 * v + 1 : v >> 1;
            k++;
        }
        steps[i] = k;
    }
}
