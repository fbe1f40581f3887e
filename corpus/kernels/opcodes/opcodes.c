// Applies to each i32 the operation that its opcode says.

typedef unsigned char u8;

__attribute__((export_name("opcodes"))) void opcodes(int *x, const u8 *ops, int n, int k) {
    // parallel: yes - each iteration owns x[i]; ops is only read (guard: disjoint).
    for (int i = 0; i < n; i++) {
        unsigned v = (unsigned)x[i];
        switch (ops[i] & 7) {
        case 0:
            v += (unsigned)k;
            break;
        case 1:
            v -= (unsigned)k;
            break;
        case 2:
            v *= (unsigned)k;
            break;
        case 3:
            v ^= (unsigned)k;
            break;
        case 4:
            v = (v << 3) | (v >> 29);
            break;
        case 5:
            v = ~v;
            break;
        case 6:
            v = v >> 1;
            break;
        default:
            v = v & 0xffffu;
            break;
        }
        x[i] = (int)v;
    }
}
