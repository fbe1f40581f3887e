//! Bilinear resizing in 16.16 fixed point; the source has one row and one column more than the steps reach.

use std::slice::{from_raw_parts, from_raw_parts_mut};

#[unsafe(no_mangle)]
pub unsafe extern "C" fn resize(out: *mut u8, src: *const u8, rows: usize, cols: usize, step: i32) {
    let (out, src) = unsafe {
        (from_raw_parts_mut(out, rows * cols), from_raw_parts(src, 4 * rows * cols + 2 * rows + 2 * cols + 1))
    };
    let pitch = 2 * cols + 1;
    // parallel: yes - each iteration owns one row of out (guard: disjoint).
    for i in 0..rows {
        let y = i * step as usize;
        let fy = (y >> 8 & 255) as i32;
        // parallel: yes - each iteration owns one pixel of out; where it reads follows from the step; a failing
        // index check is a bail.
        for j in 0..cols {
            let x = j * step as usize;
            let fx = (x >> 8 & 255) as i32;
            let at = (y >> 16) * pitch + (x >> 16);
            let upper = i32::from(src[at]) * (256 - fx) + i32::from(src[at + 1]) * fx;
            let lower = i32::from(src[at + pitch]) * (256 - fx) + i32::from(src[at + pitch + 1]) * fx;
            out[i * cols + j] = ((upper * (256 - fy) + lower * fy + 32768) >> 16) as u8;
        }
    }
}
