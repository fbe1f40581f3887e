// The smallest and the largest byte of an image at once, and the stretch of its contrast between them.

typedef unsigned char u8;

__attribute__((export_name("stretch"))) void stretch(u8 *p, int n) {
    int low = 255, top = 0;
    // parallel: yes - an integer minimum and maximum are associative and commutative.
    for (int i = 0; i < n; i++) {
        low = p[i] < low ? p[i] : low;
        top = p[i] > top ? p[i] : top;
    }
    int span = top > low ? top - low : 1;
    // parallel: yes - each iteration owns p[i].
    for (int i = 0; i < n; i++) {
        p[i] = (u8)((p[i] - low) * 255 / span);
    }
}
