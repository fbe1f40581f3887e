// The place of the first of the largest elements of an i32 array; 0 for an empty one.

__attribute__((export_name("argmax"))) int argmax(const int *x, int n) {
    int at = 0, top = -2147483647 - 1;
    // parallel: no - the first of the largest elements is wanted, so the order matters.
    for (int i = 0; i < n; i++) {
        if (x[i] > top) {
            top = x[i];
            at = i;
        }
    }
    return at;
}
