// x *= a in place, over f32.

__attribute__((export_name("scale"))) void scale(float *x, int n, float a) {
    // parallel: yes - each iteration reads and writes only x[i].
    for (int i = 0; i < n; i++) {
        x[i] *= a;
    }
}
