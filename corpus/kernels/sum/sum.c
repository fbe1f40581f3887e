// Integer sums: wrapping i32, and i32 widened into an i64 accumulator.

__attribute__((export_name("sum_i32"))) unsigned sum_i32(const unsigned *x, int n) {
    unsigned sum = 0;
    // parallel: yes - a wrapping integer sum may be reassociated.
    for (int i = 0; i < n; i++) {
        sum += x[i];
    }
    return sum;
}

__attribute__((export_name("sum_wide"))) long long sum_wide(const int *x, int n) {
    long long sum = 0;
    // parallel: yes - a wrapping integer sum may be reassociated.
    for (int i = 0; i < n; i++) {
        sum += x[i];
    }
    return sum;
}
