// One step of heat diffusion over the inside of a nx x ny x nz box of f32, seven points.

__attribute__((export_name("heat3d"))) void heat3d(float *out, const float *in, int nx, int ny, int nz) {
    int plane = ny * nz;
    // parallel: yes - each iteration owns one plane of out; in is only read (guard: disjoint).
    for (int i = 1; i < nx - 1; i++) {
        // parallel: yes - each iteration owns one row of out.
        for (int j = 1; j < ny - 1; j++) {
            // parallel: yes - each iteration owns one cell of out.
            for (int k = 1; k < nz - 1; k++) {
                const float *p = in + i * plane + j * nz + k;
                float around = p[-1] + p[1] + p[-nz] + p[nz] + p[-plane] + p[plane];
                out[i * plane + j * nz + k] = p[0] + 0.125f * (around - 6.0f * p[0]);
            }
        }
    }
}
