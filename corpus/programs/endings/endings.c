// Many ways for a program to end, after work on arrays. Usage: endings [return|exit|trap|bounds] [file | -]...
// Sums the bytes of each file (- is standard input), writes FILE.mirror with the bytes of FILE backwards, then ends: by
// returning, by exit(3) five calls deep, by an unreachable instruction, or by a store past the end of memory.
// The variable ENDINGS_NOTE is printed if it is set.

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST = 1 << 12 };
static unsigned char bytes[MOST], mirror[MOST];

static uint32_t digest(const unsigned char *data, int n) {
    uint32_t sum = 0;
    // parallel: yes - a wrapping integer sum of independent terms.
    for (int i = 0; i < n; i++) {
        sum += (uint32_t)(data[i] + 1) * ((uint32_t)i * 2654435761u | 1u);
    }
    return sum;
}

static int visit(const char *name) {
    int input = strcmp(name, "-") == 0;
    FILE *file = input ? stdin : fopen(name, "rb");
    if (!file) {
        fprintf(stderr, "endings: can't open %s\n", name);
        return 1;
    }
    int n = (int)fread(bytes, 1, MOST, file);
    printf("%s: %d bytes, digest %08" PRIx32 "\n", name, n, digest(bytes, n));
    if (input) {
        return 0;
    }
    fclose(file);
    // parallel: yes - each iteration owns one byte of mirror.
    for (int i = 0; i < n; i++) {
        mirror[i] = bytes[n - 1 - i];
    }
    char path[256];
    snprintf(path, sizeof path, "%s.mirror", name);
    FILE *out = fopen(path, "wb");
    if (!out) {
        fprintf(stderr, "endings: can't write %s\n", path);
        return 1;
    }
    fwrite(mirror, 1, (size_t)n, out);
    fclose(out);
    return 0;
}

__attribute__((noinline)) static int leave(volatile int *depth) {
    if (*depth == 0) {
        exit(3);
    }
    *depth -= 1;
    return leave(depth) + 1;
}

static int end(const char *how) {
    if (strcmp(how, "exit") == 0) {
        volatile int depth = 4;
        return leave(&depth);
    }
    if (strcmp(how, "trap") == 0) {
        __builtin_trap();
    }
    if (strcmp(how, "bounds") == 0) {
        *(volatile uint64_t *)0xfffffff0u = 1;
    }
    return 0;
}

int main(int argc, char **argv) {
    const char *how = argc > 1 ? argv[1] : "return";
    if (strcmp(how, "return") && strcmp(how, "exit") && strcmp(how, "trap") && strcmp(how, "bounds")) {
        fputs("usage: endings [return|exit|trap|bounds] [file | -]...\n", stderr);
        return 2;
    }
    // parallel: yes - each iteration owns one byte, made from the counter.
    for (int i = 0; i < MOST; i++) {
        mirror[i] = (unsigned char)(i * 7 ^ i >> 8);
    }
    const char *note = getenv("ENDINGS_NOTE");
    printf("endings %s digest=%08" PRIx32 " note=%s\n", how, digest(mirror, MOST), note ? note : "none");
    int failed = 0;
    // parallel: no - files are read in order.
    for (int i = 2; i < argc; i++) {
        failed |= visit(argv[i]);
    }
    fflush(stdout);
    fprintf(stderr, "the end: %s\n", how);
    return end(how) | failed;
}
