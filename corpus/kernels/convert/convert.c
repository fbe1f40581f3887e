// Conversions between integers and floats, and between the two widths of floats.

__attribute__((export_name("f32_of_i32"))) void f32_of_i32(float *out, const int *in, int n) {
    // parallel: yes - each iteration owns out[i].
    for (int i = 0; i < n; i++) {
        out[i] = (float)in[i];
    }
}

__attribute__((export_name("f64_of_u64"))) void f64_of_u64(double *out, const unsigned long long *in, int n) {
    // parallel: yes - each iteration owns out[i].
    for (int i = 0; i < n; i++) {
        out[i] = (double)in[i];
    }
}

__attribute__((export_name("f32_of_f64"))) void f32_of_f64(float *out, const double *in, int n) {
    // parallel: yes - each iteration owns out[i]; loads are twice as wide as stores (guard: disjoint).
    for (int i = 0; i < n; i++) {
        out[i] = (float)in[i];
    }
}

__attribute__((export_name("f64_of_u32"))) void f64_of_u32(double *out, const unsigned *in, int n) {
    // parallel: yes - each iteration owns out[i]; stores are twice as wide as loads (guard: disjoint).
    for (int i = 0; i < n; i++) {
        out[i] = (double)in[i] * 0x1p-32;
    }
}
