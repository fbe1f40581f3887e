// For each of n keys the number of elements of a sorted table of i32 that lie below it, by halving.

__attribute__((export_name("bsearch"))) void bsearch(int *out, const int *keys, const int *table, int n, int m) {
    // parallel: yes - each iteration owns out[i]; what the search picks is only read (guard: out is disjoint
    // from keys and table).
    for (int i = 0; i < n; i++) {
        int low = 0, high = m;
        // parallel: no - every step halves what the one before has left.
        while (low < high) {
            int mid = (low + high) >> 1;
            if (table[mid] < keys[i]) {
                low = mid + 1;
            } else {
                high = mid;
            }
        }
        out[i] = low;
    }
}
