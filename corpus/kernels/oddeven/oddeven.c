// Sorts one array of i32 in place by rounds of odd and even exchanges.

__attribute__((export_name("oddeven"))) void oddeven(int *x, int n) {
    // parallel: no - every round needs the round before.
    for (int r = 0; r < n; r++) {
        // parallel: yes - each iteration owns two neighbours.
        for (int k = r & 1; k < n - 1; k += 2) {
            int a = x[k], b = x[k + 1];
            x[k] = a < b ? a : b;
            x[k + 1] = a < b ? b : a;
        }
    }
}
