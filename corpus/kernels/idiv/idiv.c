// Signed quotient and remainder of i32; a zero divisor traps, and so does INT_MIN / -1.

__attribute__((export_name("div_i32"))) void div_i32(int *c, const int *a, const int *b, int n) {
    // parallel: yes - each iteration owns c[i]; the trap is a bail.
    for (int i = 0; i < n; i++) {
        c[i] = a[i] / b[i];
    }
}

__attribute__((export_name("rem_i32"))) void rem_i32(int *c, const int *a, const int *b, int n) {
    // parallel: yes - each iteration owns c[i]; the trap is a bail.
    for (int i = 0; i < n; i++) {
        c[i] = a[i] % b[i];
    }
}
