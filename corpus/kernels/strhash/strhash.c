// The 32-bit FNV-1a hash of a string of bytes.

__attribute__((export_name("strhash"))) unsigned strhash(const unsigned char *text, int n) {
    unsigned hash = 2166136261u;
    // parallel: no - every step multiplies what the steps before have mixed.
    for (int i = 0; i < n; i++) {
        hash = (hash ^ text[i]) * 16777619u;
    }
    return hash;
}
