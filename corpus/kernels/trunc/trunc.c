// f64 to i32 by the trapping conversion: NaN and values out of range trap.

__attribute__((export_name("trunc_f64"))) void trunc_f64(int *out, const double *in, int n) {
    // parallel: yes - each iteration owns out[i]; the trap is a bail.
    for (int i = 0; i < n; i++) {
        out[i] = __builtin_wasm_trunc_s_i32_f64(in[i]);
    }
}
