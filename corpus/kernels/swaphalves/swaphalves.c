// Exchanges the two halves of an array of 2 n elements, and turns an array round in place, i64.

__attribute__((export_name("swap_halves"))) void swap_halves(long long *x, int n) {
    // parallel: yes - each iteration owns x[i] and x[n + i], because i stays below n.
    for (int i = 0; i < n; i++) {
        long long t = x[i];
        x[i] = x[n + i];
        x[n + i] = t;
    }
}

__attribute__((export_name("turn"))) void turn(long long *x, int n) {
    // parallel: yes - each iteration owns x[i] and its mirror image, because i stays in the first half.
    for (int i = 0; i < n / 2; i++) {
        long long t = x[i];
        x[i] = x[n - 1 - i];
        x[n - 1 - i] = t;
    }
}
