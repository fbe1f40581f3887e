//! Black and white from grey: by an ordered 4 x 4 pattern, and by spreading each pixel's error along its row.

use std::slice::{from_raw_parts, from_raw_parts_mut};

#[unsafe(no_mangle)]
pub unsafe extern "C" fn ordered(out: *mut u8, src: *const u8, pattern: *const u8, rows: usize, cols: usize) {
    let (out, src, pattern) = unsafe {
        (from_raw_parts_mut(out, rows * cols), from_raw_parts(src, rows * cols), from_raw_parts(pattern, 16))
    };
    // parallel: yes - each iteration owns one row of out (guard: disjoint).
    for i in 0..rows {
        // parallel: yes - each iteration owns one pixel of out; a failing index check is a bail.
        for j in 0..cols {
            out[i * cols + j] = if src[i * cols + j] > pattern[4 * (i & 3) + (j & 3)] { 255 } else { 0 };
        }
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn diffuse(out: *mut u8, src: *const u8, rows: usize, cols: usize) {
    let (out, src) = unsafe { (from_raw_parts_mut(out, rows * cols), from_raw_parts(src, rows * cols)) };
    // parallel: yes - each iteration owns one row of out and starts with no error (guard: disjoint).
    for i in 0..rows {
        let mut error = 0;
        // parallel: no - each pixel needs the error of the one before.
        for j in 0..cols {
            let v = i32::from(src[i * cols + j]) + error;
            out[i * cols + j] = if v > 127 { 255 } else { 0 };
            error = if v > 127 { v - 255 } else { v };
        }
    }
}
