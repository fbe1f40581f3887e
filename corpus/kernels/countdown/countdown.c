// Loops that count down to zero: a test at the end, a test at the start.

__attribute__((export_name("down_do"))) void down_do(float *x, int n, float a) {
    int i = n;
    // parallel: yes - each iteration owns one element.
    do {
        i--;
        x[i] *= a;
    } while (i > 0);
}

__attribute__((export_name("down_while"))) void down_while(int *out, const int *x, int n) {
    // parallel: yes - each iteration owns one element of out (guard: out and x are the same or disjoint).
    while (n--) {
        out[n] = x[n] * 3 + n;
    }
}
