// Copies i32 elements in reverse order.

__attribute__((export_name("reverse"))) void reverse(int *dst, const int *src, int n) {
    // parallel: yes - each iteration owns dst[i]; src is read with a negative stride (guard: disjoint).
    for (int i = 0; i < n; i++) {
        dst[i] = src[n - 1 - i];
    }
}
