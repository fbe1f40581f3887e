// Hue in sixths, saturation and value of n colours, three f32 each.

__attribute__((export_name("hue"))) void hue(float *out, const float *rgb, int n) {
    // parallel: yes - each iteration owns three elements of out (guard: disjoint).
    for (int i = 0; i < n; i++) {
        float r = rgb[3 * i], g = rgb[3 * i + 1], b = rgb[3 * i + 2];
        float top = r > g ? r : g, low = r < g ? r : g;
        top = b > top ? b : top;
        low = b < low ? b : low;
        float d = top - low, h = 0.0f;
        if (d > 0.0f) {
            if (top == r) {
                h = (g - b) / d;
            } else if (top == g) {
                h = 2.0f + (b - r) / d;
            } else {
                h = 4.0f + (r - g) / d;
            }
        }
        out[3 * i] = h < 0.0f ? h + 6.0f : h;
        out[3 * i + 1] = top > 0.0f ? d / top : 0.0f;
        out[3 * i + 2] = top;
    }
}
