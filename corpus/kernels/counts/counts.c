// Integer reductions: how many lie above a limit, whether all do, the sum of squares, the product.

typedef short i16;

__attribute__((export_name("above"))) int above(const int *x, int n, int limit) {
    int count = 0;
    // parallel: yes - a wrapping integer sum may be reassociated.
    for (int i = 0; i < n; i++) {
        if (x[i] > limit) {
            count++;
        }
    }
    return count;
}

__attribute__((export_name("all_above"))) int all_above(const i16 *x, int n, int limit) {
    int all = 1;
    // parallel: yes - an integer and is associative and commutative.
    for (int i = 0; i < n; i++) {
        all &= x[i] > limit;
    }
    return all;
}

__attribute__((export_name("squares"))) long long squares(const i16 *x, int n) {
    long long sum = 0;
    // parallel: yes - a wrapping integer sum may be reassociated.
    for (int i = 0; i < n; i++) {
        sum += x[i] * x[i];
    }
    return sum;
}

__attribute__((export_name("product"))) int product(const unsigned *x, int n) {
    unsigned p = 1;
    // parallel: yes - a wrapping integer product may be reassociated.
    for (int i = 0; i < n; i++) {
        p *= x[i] | 1u;
    }
    return (int)p;
}
