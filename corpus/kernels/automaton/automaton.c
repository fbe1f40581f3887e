// A generation of an elementary cellular automaton on a ring of u8 cells.

typedef unsigned char u8;

__attribute__((export_name("automaton"))) void automaton(u8 *out, const u8 *src, int n, int rule) {
    // parallel: yes - each iteration owns out[i]; the ring closes by comparisons (guard: disjoint).
    for (int i = 0; i < n; i++) {
        int left = i == 0 ? n - 1 : i - 1, right = i + 1 == n ? 0 : i + 1;
        out[i] = (u8)((rule >> (4 * src[left] + 2 * src[i] + src[right])) & 1);
    }
}
