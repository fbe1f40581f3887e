//! Planes of channels to channels of each pixel, and the columns of a convolution, f32.

use std::slice::{from_raw_parts, from_raw_parts_mut};

#[unsafe(no_mangle)]
pub unsafe extern "C" fn planes_to_pixels(out: *mut f32, x: *const f32, b: usize, c: usize, h: usize, w: usize) {
    let (out, x) = unsafe { (from_raw_parts_mut(out, b * c * h * w), from_raw_parts(x, b * c * h * w)) };
    // parallel: yes - each iteration owns one picture of out (guard: disjoint).
    for p in 0..b {
        // parallel: yes - each iteration owns one channel.
        for q in 0..c {
            // parallel: yes - each iteration owns one row of it.
            for i in 0..h {
                // parallel: yes - each iteration owns one element; a failing index check is a bail.
                for j in 0..w {
                    out[((p * h + i) * w + j) * c + q] = x[((p * c + q) * h + i) * w + j];
                }
            }
        }
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn im2col(out: *mut f32, x: *const f32, h: usize, w: usize) {
    let (out, x) = unsafe { (from_raw_parts_mut(out, 9 * h * w), from_raw_parts(x, h * w + 2 * h + 2 * w + 4)) };
    // parallel: yes - each iteration owns three rows of out (guard: disjoint).
    for y in 0..3 {
        // parallel: yes - each iteration owns one row of out.
        for z in 0..3 {
            // parallel: yes - each iteration owns a part of that row.
            for i in 0..h {
                // parallel: yes - each iteration owns one element; a failing index check is a bail.
                for j in 0..w {
                    out[((3 * y + z) * h + i) * w + j] = x[(i + y) * (w + 2) + j + z];
                }
            }
        }
    }
}
