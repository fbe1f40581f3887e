// Point operations on 8-bit pixels: a clamped brightness shift, and a threshold that stores conditionally.

__attribute__((export_name("brighten"))) void brighten(unsigned char *dst, const unsigned char *src, int n, int delta) {
    // parallel: yes - each iteration owns dst[i]; the clamp is control flow inside the element.
    for (int i = 0; i < n; i++) {
        int v = src[i] + delta;
        if (v < 0) {
            v = 0;
        } else if (v > 255) {
            v = 255;
        }
        dst[i] = (unsigned char)v;
    }
}

__attribute__((export_name("threshold"))) void threshold(unsigned char *dst, const unsigned char *src, int n,
                                                         int limit) {
    // parallel: yes - each iteration writes dst[i] or nothing.
    for (int i = 0; i < n; i++) {
        if (src[i] > limit) {
            dst[i] = 255;
        }
    }
}
