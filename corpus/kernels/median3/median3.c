// The median of each byte and its two neighbours.

typedef unsigned char u8;

__attribute__((export_name("median3"))) void median3(u8 *out, const u8 *src, int n) {
    // parallel: yes - each iteration owns out[i] (guard: disjoint).
    for (int i = 1; i < n - 1; i++) {
        int a = src[i - 1], b = src[i], c = src[i + 1];
        int low = a < b ? a : b, high = a < b ? b : a;
        int top = high < c ? high : c;
        out[i] = (u8)(low > top ? low : top);
    }
}
