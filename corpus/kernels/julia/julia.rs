//! Escape times of a Julia set, f64.

use std::slice::from_raw_parts_mut;

#[unsafe(no_mangle)]
pub unsafe extern "C" fn julia(out: *mut u8, w: usize, h: usize, cx: f64, cy: f64, limit: i32) {
    let out = unsafe { from_raw_parts_mut(out, w * h) };
    // parallel: yes - each iteration owns one row of out.
    for i in 0..h {
        // parallel: yes - each iteration owns one pixel.
        for j in 0..w {
            let mut x = 3.0 * j as i32 as f64 / w as i32 as f64 - 1.5;
            let mut y = 3.0 * i as i32 as f64 / h as i32 as f64 - 1.5;
            let mut k = 0;
            // parallel: no - every step needs the one before, and the last one decides when to stop.
            while k < limit && x * x + y * y < 4.0 {
                (x, y) = (x * x - y * y + cx, 2.0 * x * y + cy);
                k += 1;
            }
            out[i * w + j] = k as u8;
        }
    }
}
