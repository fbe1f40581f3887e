//! A 3 x 3 convolution of a grey image with weights of i16, shifted and clamped.

use std::slice::{from_raw_parts, from_raw_parts_mut};

#[unsafe(no_mangle)]
pub unsafe extern "C" fn convolve3(out: *mut u8, src: *const u8, w: *const i16, rows: usize, cols: usize, shift: i32) {
    let (out, src, w) =
        unsafe { (from_raw_parts_mut(out, rows * cols), from_raw_parts(src, rows * cols), from_raw_parts(w, 9)) };
    // parallel: yes - each iteration owns one row of out (guard: out is disjoint from src and w).
    for i in 1..rows.saturating_sub(1) {
        // parallel: yes - each iteration owns one pixel of out.
        for j in 1..cols.saturating_sub(1) {
            let mut sum = 0i32;
            // parallel: yes - a wrapping integer sum may be reassociated.
            for y in 0..3 {
                // parallel: yes - a wrapping integer sum may be reassociated; a failing index check is a bail.
                for x in 0..3 {
                    sum += i32::from(w[3 * y + x]) * i32::from(src[(i + y - 1) * cols + j + x - 1]);
                }
            }
            out[i * cols + j] = sum.wrapping_shr(shift as u32).clamp(0, 255) as u8;
        }
    }
}
