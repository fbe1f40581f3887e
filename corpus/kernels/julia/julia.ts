// Escape times of a Julia set, f64.

export function julia(out: usize, w: i32, h: i32, cx: f64, cy: f64, limit: i32): void {
  // parallel: yes - each iteration owns one row of out.
  for (let i = 0; i < h; i++) {
    // parallel: yes - each iteration owns one pixel.
    for (let j = 0; j < w; j++) {
      let x = (3.0 * <f64>j) / <f64>w - 1.5;
      let y = (3.0 * <f64>i) / <f64>h - 1.5;
      let k = 0;
      // parallel: no - every step needs the one before, and the last one decides when to stop.
      while (k < limit && x * x + y * y < 4.0) {
        const t = x * x - y * y + cx;
        y = 2.0 * x * y + cy;
        x = t;
        k++;
      }
      store<u8>(out + <usize>(i * w + j), k);
    }
  }
}
