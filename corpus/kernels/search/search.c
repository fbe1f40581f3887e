// The first position of a key in an i32 array, or n.

__attribute__((export_name("search"))) int search(const int *x, int n, int key) {
    int i = 0;
    // parallel: no - the loop leaves early, at a place that the data decides.
    while (i < n && x[i] != key) {
        i++;
    }
    return i;
}
