// Shortest paths between all nodes of a graph, i32.

__attribute__((export_name("floyd"))) void floyd(int *d, int n) {
    // parallel: no - every step needs the step before.
    for (int k = 0; k < n; k++) {
        // parallel: no - the iteration i == k writes the row that the others read.
        for (int i = 0; i < n; i++) {
            // parallel: no - the iteration j == k writes the element that the others read.
            for (int j = 0; j < n; j++) {
                int through = d[i * n + k] + d[k * n + j];
                if (through < d[i * n + j]) {
                    d[i * n + j] = through;
                }
            }
        }
    }
}
