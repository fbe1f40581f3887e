// Overlapping updates of one i32 array: each element from the one before it, and from a runtime distance.

__attribute__((export_name("shift_one"))) void shift_one(unsigned *a, int n) {
    // parallel: no - a[i] needs the a[i - 1] of the iteration before; compilers keep it in a register.
    for (int i = 1; i < n; i++) {
        a[i] = a[i - 1] * 3 + 1;
    }
}

__attribute__((export_name("shift_by"))) void shift_by(unsigned *a, int n, int distance) {
    // parallel: no - the distance decides; only a guard that the two ranges are disjoint would make it so.
    for (int i = distance; i < n; i++) {
        a[i] = a[i - distance] + 1;
    }
}
