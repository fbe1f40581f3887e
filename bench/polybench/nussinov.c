// nussinov: the most base pairs that an RNA strand can fold into, i32.
#include "suite.h"

enum { N = DIM(60, 180, 500, 2500) };

static void init(char *strand, int (*table)[N]) {
    // parallel: yes - each iteration owns an element.
    for (int i = 0; i < N; i++) {
        strand[i] = (char)((i + 1) % 4);
    }
    // parallel: yes - each iteration owns a row.
    for (int i = 0; i < N; i++) {
        // parallel: yes - each iteration owns an element.
        for (int j = 0; j < N; j++) {
            table[i][j] = 0;
        }
    }
}

static inline int max(int x, int y) {
    return x >= y ? x : y;
}

static void kernel(char *strand, int (*table)[N]) {
    // parallel: no - a row needs the rows below it.
    for (int i = N - 1; i >= 0; i--) {
        // parallel: no - an element needs those to its left.
        for (int j = i + 1; j < N; j++) {
            table[i][j] = max(table[i][j], table[i][j - 1]);
            if (i + 1 < N) {
                table[i][j] = max(table[i][j], table[i + 1][j]);
                // Neighbours don't pair.
                int pair = i < j - 1 && strand[i] + strand[j] == 3;
                table[i][j] = max(table[i][j], table[i + 1][j - 1] + pair);
            }
            // parallel: yes - an integer maximum may be reassociated.
            for (int k = i + 1; k < j; k++) {
                table[i][j] = max(table[i][j], table[i][k] + table[k + 1][j]);
            }
        }
    }
}

int main(void) {
    char *strand = array(N);
    int(*table)[N] = array(sizeof(int[N][N]));
    init(strand, table);
    kernel(strand, table);
    return report("nussinov", digest32(0, table, N * N));
}
