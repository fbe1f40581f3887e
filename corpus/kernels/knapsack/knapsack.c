// The best values of a knapsack for each capacity below m, i32: in place from the top, and by rows of their own.

__attribute__((export_name("knapsack_place"))) void knapsack_place(int *best, const int *weight, const int *value,
                                                                   int n, int m) {
    // parallel: no - every item needs the results of the items before.
    for (int i = 0; i < n; i++) {
        int w = weight[i];
        // parallel: no - an element is written after one further up has read it, which the order assures.
        for (int c = m - 1; c >= w; c--) {
            int with = best[c - w] + value[i];
            best[c] = with > best[c] ? with : best[c];
        }
    }
}

__attribute__((export_name("knapsack_rows"))) void knapsack_rows(int *best, const int *weight, const int *value, int n,
                                                                 int m) {
    // parallel: no - every row needs the row above.
    for (int i = 0; i < n; i++) {
        const int *old = best + i * m;
        // parallel: yes - each iteration owns one element of the new row (guard: disjoint).
        for (int c = 0; c < m; c++) {
            int v = old[c], w = weight[i];
            if (c >= w && old[c - w] + value[i] > v) {
                v = old[c - w] + value[i];
            }
            best[(i + 1) * m + c] = v;
        }
    }
}
