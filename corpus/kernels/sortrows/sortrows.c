// Sorts each row of i32 in place by a network: rows of eight by odd and even exchanges, rows of sixteen bitonically.

__attribute__((export_name("odd_even8"))) void odd_even8(int *x, int n) {
    // parallel: yes - each iteration owns one row.
    for (int i = 0; i < n; i++) {
        // parallel: no - every round needs the round before.
        for (int r = 0; r < 8; r++) {
            // parallel: yes - each iteration owns two neighbours.
            for (int k = r & 1; k < 7; k += 2) {
                int a = x[8 * i + k], b = x[8 * i + k + 1];
                x[8 * i + k] = a < b ? a : b;
                x[8 * i + k + 1] = a < b ? b : a;
            }
        }
    }
}

__attribute__((export_name("bitonic16"))) void bitonic16(int *x, int n) {
    // parallel: yes - each iteration owns one row.
    for (int i = 0; i < n; i++) {
        // parallel: no - every stage needs the stage before.
        for (int size = 2; size <= 16; size *= 2) {
            // parallel: no - every pass needs the pass before.
            for (int d = size / 2; d > 0; d /= 2) {
                // parallel: yes - each iteration with k below its partner owns the two; all others do nothing.
                for (int k = 0; k < 16; k++) {
                    int l = k ^ d, a = x[16 * i + k], b = x[16 * i + l];
                    if (l > k && ((k & size) == 0) == (a > b)) {
                        x[16 * i + k] = b;
                        x[16 * i + l] = a;
                    }
                }
            }
        }
    }
}
