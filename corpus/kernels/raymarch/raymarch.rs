//! Steps along the rays of a picture until they are near a ball or far away, f32.

use std::slice::from_raw_parts_mut;

#[unsafe(no_mangle)]
pub unsafe extern "C" fn raymarch(out: *mut u8, w: usize, h: usize, limit: i32) {
    let out = unsafe { from_raw_parts_mut(out, w * h) };
    // parallel: yes - each iteration owns one row of out.
    for i in 0..h {
        // parallel: yes - each iteration owns one pixel.
        for j in 0..w {
            let dx = (j as i32 as f32 - 0.5 * w as i32 as f32) / w as i32 as f32;
            let dy = (i as i32 as f32 - 0.5 * h as i32 as f32) / h as i32 as f32;
            let (mut t, mut k) = (0.0, 0);
            // parallel: no - every step needs the one before, and the distance decides when to stop.
            while k < limit {
                let (x, y, z) = (dx * t, dy * t, t - 3.0);
                let d = f32::sqrt(x * x + y * y + z * z) - 1.0;
                if d < 0.01 || t > 8.0 {
                    break;
                }
                t += d;
                k += 1;
            }
            out[i * w + j] = k as u8;
        }
    }
}
