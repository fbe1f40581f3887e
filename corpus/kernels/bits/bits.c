// Bit counts and rotations of each word, 32 and 64 bits wide.

typedef unsigned u32;
typedef unsigned long long u64;

__attribute__((export_name("bits_i32"))) void bits_i32(u32 *out, const u32 *in, int n) {
    // parallel: yes - each iteration owns out[i].
    for (int i = 0; i < n; i++) {
        u32 x = in[i], by = x & 31;
        u32 zeros = x ? (u32)__builtin_clz(x) << 8 | (u32)__builtin_ctz(x) << 16 : 32 << 8 | 32 << 16;
        out[i] = ((x << by) | (x >> (-by & 31))) ^ ((u32)__builtin_popcount(x) | zeros);
    }
}

__attribute__((export_name("bits_i64"))) void bits_i64(u64 *out, const u64 *in, int n) {
    // parallel: yes - each iteration owns out[i].
    for (int i = 0; i < n; i++) {
        u64 x = in[i], by = x & 63;
        u64 zeros = x ? (u64)__builtin_clzll(x) << 8 | (u64)__builtin_ctzll(x) << 16 : 64 << 8 | 64 << 16;
        out[i] = ((x << by) | (x >> (-by & 63))) ^ ((u64)__builtin_popcountll(x) | zeros);
    }
}
