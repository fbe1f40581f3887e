// Integer reductions of an i32 array.

__attribute__((export_name("xor_i32"))) int xor_i32(const int *x, int n) {
    int acc = 0;
    // parallel: yes - xor of integers is associative and commutative.
    for (int i = 0; i < n; i++) {
        acc ^= x[i];
    }
    return acc;
}

__attribute__((export_name("and_i32"))) int and_i32(const int *x, int n) {
    int acc = -1;
    // parallel: yes - and of integers is associative and commutative.
    for (int i = 0; i < n; i++) {
        acc &= x[i];
    }
    return acc;
}

__attribute__((export_name("or_i32"))) int or_i32(const int *x, int n) {
    int acc = 0;
    // parallel: yes - or of integers is associative and commutative.
    for (int i = 0; i < n; i++) {
        acc |= x[i];
    }
    return acc;
}

__attribute__((export_name("min_i32"))) int min_i32(const int *x, int n) {
    int acc = 2147483647;
    // parallel: yes - min of integers is associative and commutative.
    for (int i = 0; i < n; i++) {
        acc = x[i] < acc ? x[i] : acc;
    }
    return acc;
}

__attribute__((export_name("max_i32"))) int max_i32(const int *x, int n) {
    int acc = -2147483647 - 1;
    // parallel: yes - max of integers is associative and commutative.
    for (int i = 0; i < n; i++) {
        acc = x[i] > acc ? x[i] : acc;
    }
    return acc;
}
