// Look-ups of n keys in a hash table of 256 slots, of which zeros are free: probes go on to the next slot. Then hashes
// of n words of eight bytes.

typedef unsigned char u8;

__attribute__((export_name("lookup"))) void lookup(unsigned *out, const unsigned *keys, const unsigned *slots,
                                                   const unsigned *values, int n) {
    // parallel: yes - each iteration owns out[i]; the table is only read (guard: out is disjoint from the
    // others).
    for (int i = 0; i < n; i++) {
        unsigned key = keys[i], at = key * 2654435761u >> 24, v = 0u;
        // parallel: no - the probes go on until a slot decides.
        for (int k = 0; k < 256; k++) {
            if (slots[at] == key) {
                v = values[at];
                break;
            }
            if (slots[at] == 0u) {
                break;
            }
            at = (at + 1u) & 255u;
        }
        out[i] = v;
    }
}

__attribute__((export_name("words"))) void words(unsigned *out, const u8 *text, int n) {
    // parallel: yes - each iteration owns out[i] (guard: disjoint).
    for (int i = 0; i < n; i++) {
        unsigned hash = 2166136261u;
        // parallel: no - every step multiplies what the steps before have mixed.
        for (int k = 0; k < 8; k++) {
            hash = (hash ^ text[8 * i + k]) * 16777619u;
        }
        out[i] = hash;
    }
}
