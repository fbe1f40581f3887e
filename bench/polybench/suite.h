// What every program of the suite shares: sizes chosen at compile time by -DSIZE=MINI|SMALL|MEDIUM|LARGE, arrays from
// malloc, and one line of output with a digest of the exact bits of the results.
//
// The digest is a wrapping sum of mixed words, each mixed with its place, so that it may run in any order. It stands in
// functions of its own, which the measurement leaves out: it is the suite's work, not the algorithm's.

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MINI 0
#define SMALL 1
#define MEDIUM 2
#define LARGE 3
#ifndef SIZE
#define SIZE SMALL
#endif

// A dimension by size, as a constant expression.
#define DIM(mini, small, medium, large)                                                                                \
    (SIZE == MINI ? (mini) : SIZE == SMALL ? (small) : SIZE == MEDIUM ? (medium) : (large))

static inline void *array(size_t bytes) {
    void *data = malloc(bytes);
    if (!data) {
        exit(1);
    }
    return data;
}

static inline uint64_t mixed(uint64_t bits, uint64_t place) {
    uint64_t word = (bits ^ (place * UINT64_C(0x9e3779b97f4a7c15))) * UINT64_C(0xff51afd7ed558ccd);
    return word ^ (word >> 31);
}

// The digest of `words` words of 8 bytes, on top of that of what came before.
__attribute__((noinline, unused)) static uint64_t digest64(uint64_t before, const void *data, size_t words) {
    uint64_t sum = before * 31;
    // parallel: yes - a wrapping integer sum may be reassociated.
    for (size_t i = 0; i < words; i++) {
        uint64_t bits;
        memcpy(&bits, (const char *)data + 8 * i, sizeof bits);
        sum += mixed(bits, i + 1);
    }
    return sum;
}

// The same of words of 4 bytes.
__attribute__((noinline, unused)) static uint64_t digest32(uint64_t before, const void *data, size_t words) {
    uint64_t sum = before * 31;
    // parallel: yes - a wrapping integer sum may be reassociated.
    for (size_t i = 0; i < words; i++) {
        uint32_t bits;
        memcpy(&bits, (const char *)data + 4 * i, sizeof bits);
        sum += mixed(bits, i + 1);
    }
    return sum;
}

// Prints the program's one line: its name, its size, the digest. `write` alone keeps printf out of the module.
__attribute__((noinline)) static int report(const char *name, uint64_t digest) {
    static const char *const sizes[] = {"MINI", "SMALL", "MEDIUM", "LARGE"};
    char line[64];
    size_t length = 0;
    const char *parts[] = {name, " ", sizes[SIZE], " "};
    // parallel: no - every part stands behind the one before.
    for (int part = 0; part < 4; part++) {
        size_t size = strlen(parts[part]);
        memcpy(line + length, parts[part], size);
        length += size;
    }
    // parallel: yes - each digit has its own shift and place.
    for (int digit = 0; digit < 16; digit++) {
        line[length + digit] = "0123456789abcdef"[(digest >> (60 - 4 * digit)) & 15];
    }
    length += 16;
    line[length++] = '\n';
    return write(STDOUT_FILENO, line, length) == (ssize_t)length ? 0 : 1;
}
