// Steps along the rays of a picture until they are near a ball or far away, f32.

typedef unsigned char u8;

__attribute__((export_name("raymarch"))) void raymarch(u8 *out, int w, int h, int limit) {
    // parallel: yes - each iteration owns one row of out.
    for (int i = 0; i < h; i++) {
        // parallel: yes - each iteration owns one pixel.
        for (int j = 0; j < w; j++) {
            float dx = ((float)j - 0.5f * (float)w) / (float)w, dy = ((float)i - 0.5f * (float)h) / (float)h, t = 0.0f;
            int k = 0;
            // parallel: no - every step needs the one before, and the distance decides when to stop.
            for (; k < limit; k++) {
                float x = dx * t, y = dy * t, z = t - 3.0f;
                float d = __builtin_sqrtf(x * x + y * y + z * z) - 1.0f;
                if (d < 0.01f || t > 8.0f) {
                    break;
                }
                t += d;
            }
            out[i * w + j] = (u8)k;
        }
    }
}
