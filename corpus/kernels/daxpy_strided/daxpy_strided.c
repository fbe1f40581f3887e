// y += a * x over f64 with runtime strides. As in BLAS, a negative stride starts at the far end, so both
// pointers name the lowest address of their vector.

__attribute__((export_name("daxpy_strided"))) void daxpy_strided(double *y, const double *x, int n, double a, int sy,
                                                                 int sx) {
    int iy = sy < 0 ? (1 - n) * sy : 0;
    int ix = sx < 0 ? (1 - n) * sx : 0;
    // parallel: yes - y is written at a runtime stride (guards: sy is not 0, y and x don't overlap across iterations).
    for (int i = 0; i < n; i++) {
        y[iy] = y[iy] + a * x[ix];
        iy += sy;
        ix += sx;
    }
}
