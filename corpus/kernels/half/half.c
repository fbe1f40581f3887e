// Numbers of 16 bits: half precision to f32, and f32 to bfloat16 with rounding to even, in integers.

typedef unsigned short u16;

__attribute__((export_name("half_to_f32"))) void half_to_f32(unsigned *out, const u16 *src, int n) {
    // parallel: yes - each iteration owns out[i] (guard: disjoint).
    for (int i = 0; i < n; i++) {
        unsigned h = src[i], sign = (h & 0x8000u) << 16, rest = h & 0x7fffu;
        unsigned v;
        if (rest >= 0x7c00u) {
            v = 0x7f800000u | (rest & 0x3ffu) << 13;
        } else if (rest >= 0x400u) {
            v = (rest << 13) + 0x38000000u;
        } else if (rest == 0u) {
            v = 0u;
        } else {
            unsigned shift = (unsigned)__builtin_clz(rest) - 21u;
            v = ((rest << shift & 0x3ffu) << 13) | (113u - shift) << 23;
        }
        out[i] = sign | v;
    }
}

__attribute__((export_name("f32_to_bf16"))) void f32_to_bf16(u16 *out, const unsigned *src, int n) {
    // parallel: yes - each iteration owns out[i] (guard: disjoint).
    for (int i = 0; i < n; i++) {
        unsigned v = src[i];
        unsigned rounded = (v + 0x7fffu + (v >> 16 & 1u)) >> 16;
        out[i] = (u16)((v & 0x7fffffffu) > 0x7f800000u ? (v >> 16 | 0x40u) : rounded);
    }
}
