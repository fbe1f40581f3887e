//! Escape times of the Mandelbrot set over a w x h view, one i32 for each point.

use std::slice::from_raw_parts_mut;

#[unsafe(no_mangle)]
pub unsafe extern "C" fn mandel(out: *mut i32, w: usize, h: usize, limit: i32, step: f64) {
    if w == 0 {
        return;
    }
    let out = unsafe { from_raw_parts_mut(out, w * h) };
    // parallel: yes - each iteration owns one row of out.
    for (y, row) in out.chunks_exact_mut(w).enumerate() {
        // parallel: yes - each iteration owns one point; the escape loop stays inside it.
        for (x, out) in row.iter_mut().enumerate() {
            let (cr, ci) = (step * x as f64 - 2.0, step * y as f64 - 1.25);
            let (mut zr, mut zi) = (0.0, 0.0);
            let mut k = 0;
            // parallel: no - every step needs the one before, and the number of steps depends on the data.
            while k < limit && zr * zr + zi * zi < 4.0 {
                let t = zr * zr - zi * zi + cr;
                zi = 2.0 * zr * zi + ci;
                zr = t;
                k += 1;
            }
            *out = k;
        }
    }
}
