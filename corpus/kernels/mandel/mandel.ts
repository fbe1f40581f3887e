// Escape times of the Mandelbrot set over a w x h view, one i32 for each point.

export function mandel(out: usize, w: i32, h: i32, limit: i32, step: f64): void {
  // parallel: yes - each iteration owns one row of out.
  for (let y = 0; y < h; y++) {
    // parallel: yes - each iteration owns out[y][x]; the escape loop stays inside it.
    for (let x = 0; x < w; x++) {
      const cr = step * <f64>x - 2.0;
      const ci = step * <f64>y - 1.25;
      let zr: f64 = 0;
      let zi: f64 = 0;
      let k = 0;
      // parallel: no - every step needs the one before, and the number of steps depends on the data.
      while (k < limit && zr * zr + zi * zi < 4.0) {
        const t = zr * zr - zi * zi + cr;
        zi = 2.0 * zr * zi + ci;
        zr = t;
        k++;
      }
      store<i32>(out + (<usize>(y * w + x) << 2), k);
    }
  }
}
