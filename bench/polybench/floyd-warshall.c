// floyd-warshall: the shortest paths between all pairs of nodes, i32.
#include "suite.h"

enum { N = DIM(60, 180, 500, 2800) };

static void init(int (*path)[N]) {
    // parallel: yes - each iteration owns a row.
    for (int i = 0; i < N; i++) {
        // parallel: yes - each iteration owns an element.
        for (int j = 0; j < N; j++) {
            path[i][j] = i * j % 7 + 1;
            if ((i + j) % 13 == 0 || (i + j) % 7 == 0 || (i + j) % 11 == 0) {
                path[i][j] = 999;
            }
        }
    }
}

static void kernel(int (*path)[N]) {
    // parallel: no - every step reads what the step before wrote.
    for (int k = 0; k < N; k++) {
        // parallel: no - iteration k writes the row that all others read (what it writes is what was there, but only
        // because no path[k][k] is negative).
        for (int i = 0; i < N; i++) {
            // parallel: no - iteration k writes path[i][k], which all others read.
            for (int j = 0; j < N; j++) {
                int over = path[i][k] + path[k][j];
                path[i][j] = path[i][j] < over ? path[i][j] : over;
            }
        }
    }
}

int main(void) {
    int(*path)[N] = array(sizeof(int[N][N]));
    init(path);
    kernel(path);
    return report("floyd-warshall", digest32(0, path, N * N));
}
