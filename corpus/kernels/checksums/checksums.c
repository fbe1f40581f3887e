// Checksums of bytes whose every step needs the one before: Adler-32, and CRC-32 bit by bit.

typedef unsigned char u8;

__attribute__((export_name("adler32"))) int adler32(const u8 *text, int n) {
    unsigned a = 1, b = 0;
    // parallel: no - the second sum adds up the values of the first, so the accumulator has another use.
    for (int i = 0; i < n; i++) {
        a = (a + text[i]) % 65521u;
        b = (b + a) % 65521u;
    }
    return (int)(b << 16 | a);
}

__attribute__((export_name("crc32"))) int crc32(const u8 *text, int n) {
    unsigned c = 0xffffffffu;
    // parallel: no - every byte needs the remainder of those before.
    for (int i = 0; i < n; i++) {
        c ^= text[i];
        // parallel: no - every bit needs the remainder of those before.
        for (int k = 0; k < 8; k++) {
            c = c & 1u ? c >> 1 ^ 0xedb88320u : c >> 1;
        }
    }
    return (int)~c;
}
