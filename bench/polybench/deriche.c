// deriche: recursive smoothing of an image, forwards and backwards along rows, then along columns; f32.
#include "suite.h"

#include <math.h>

enum { W = DIM(64, 192, 720, 4096), H = DIM(64, 128, 480, 2160) };

static void init(float (*in)[H]) {
    // parallel: yes - each iteration owns a row.
    for (int i = 0; i < W; i++) {
        // parallel: yes - each iteration owns an element.
        for (int j = 0; j < H; j++) {
            in[i][j] = (float)((313 * i + 991 * j) % 65536) / 65535.0f;
        }
    }
}

static void kernel(float alpha, float (*in)[H], float (*out)[H], float (*y1)[H], float (*y2)[H]) {
    float e1 = expf(-alpha), e2 = expf(-2.0f * alpha);
    float k = (1.0f - e1) * (1.0f - e1) / (1.0f + 2.0f * alpha * e1 - e2);
    float a1 = k, a2 = k * e1 * (alpha - 1.0f), a3 = k * e1 * (alpha + 1.0f), a4 = -k * e2;
    float b1 = powf(2.0f, -alpha), b2 = -e2;
    // parallel: yes - each iteration owns a row of y1; the values it carries along the row start anew.
    for (int i = 0; i < W; i++) {
        float last1 = 0.0f, last2 = 0.0f, seen = 0.0f;
        // parallel: no - each element needs the two before.
        for (int j = 0; j < H; j++) {
            y1[i][j] = a1 * in[i][j] + a2 * seen + b1 * last1 + b2 * last2;
            seen = in[i][j];
            last2 = last1;
            last1 = y1[i][j];
        }
    }
    // parallel: yes - each iteration owns a row of y2.
    for (int i = 0; i < W; i++) {
        float last1 = 0.0f, last2 = 0.0f, seen1 = 0.0f, seen2 = 0.0f;
        // parallel: no - each element needs the two after.
        for (int j = H - 1; j >= 0; j--) {
            y2[i][j] = a3 * seen1 + a4 * seen2 + b1 * last1 + b2 * last2;
            seen2 = seen1;
            seen1 = in[i][j];
            last2 = last1;
            last1 = y2[i][j];
        }
    }
    // parallel: yes - each iteration owns a row of out.
    for (int i = 0; i < W; i++) {
        // parallel: yes - each iteration owns an element.
        for (int j = 0; j < H; j++) {
            out[i][j] = y1[i][j] + y2[i][j];
        }
    }
    // parallel: yes - each iteration owns a column of y1.
    for (int j = 0; j < H; j++) {
        float last1 = 0.0f, last2 = 0.0f, seen = 0.0f;
        // parallel: no - each element needs the two before.
        for (int i = 0; i < W; i++) {
            y1[i][j] = a1 * out[i][j] + a2 * seen + b1 * last1 + b2 * last2;
            seen = out[i][j];
            last2 = last1;
            last1 = y1[i][j];
        }
    }
    // parallel: yes - each iteration owns a column of y2.
    for (int j = 0; j < H; j++) {
        float last1 = 0.0f, last2 = 0.0f, seen1 = 0.0f, seen2 = 0.0f;
        // parallel: no - each element needs the two after.
        for (int i = W - 1; i >= 0; i--) {
            y2[i][j] = a3 * seen1 + a4 * seen2 + b1 * last1 + b2 * last2;
            seen2 = seen1;
            seen1 = out[i][j];
            last2 = last1;
            last1 = y2[i][j];
        }
    }
    // parallel: yes - each iteration owns a row of out.
    for (int i = 0; i < W; i++) {
        // parallel: yes - each iteration owns an element.
        for (int j = 0; j < H; j++) {
            out[i][j] = y1[i][j] + y2[i][j];
        }
    }
}

int main(void) {
    float(*in)[H] = array(sizeof(float[W][H]));
    float(*out)[H] = array(sizeof(float[W][H]));
    float(*y1)[H] = array(sizeof(float[W][H]));
    float(*y2)[H] = array(sizeof(float[W][H]));
    init(in);
    kernel(0.25f, in, out, y1, y2);
    return report("deriche", digest32(0, out, W * H));
}
