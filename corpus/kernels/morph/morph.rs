//! Grey dilation and erosion: the largest of 3 x 3 pixels, the smallest of a cross.

use std::slice::{from_raw_parts, from_raw_parts_mut};

#[unsafe(no_mangle)]
pub unsafe extern "C" fn dilate(out: *mut u8, src: *const u8, rows: usize, cols: usize) {
    let (out, src) = unsafe { (from_raw_parts_mut(out, rows * cols), from_raw_parts(src, rows * cols)) };
    // parallel: yes - each iteration owns one row of out (guard: disjoint).
    for i in 1..rows.saturating_sub(1) {
        // parallel: yes - each iteration owns one pixel of out.
        for j in 1..cols.saturating_sub(1) {
            let mut top = 0;
            // parallel: yes - an integer maximum is associative and commutative.
            for y in 0..3 {
                // parallel: yes - an integer maximum is associative and commutative; a failing index check is a
                // bail.
                for x in 0..3 {
                    top = top.max(src[(i + y - 1) * cols + j + x - 1]);
                }
            }
            out[i * cols + j] = top;
        }
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn erode(out: *mut u8, src: *const u8, rows: usize, cols: usize) {
    let (out, src) = unsafe { (from_raw_parts_mut(out, rows * cols), from_raw_parts(src, rows * cols)) };
    // parallel: yes - each iteration owns one row of out (guard: disjoint).
    for i in 1..rows.saturating_sub(1) {
        // parallel: yes - each iteration owns one pixel of out; a failing index check is a bail.
        for j in 1..cols.saturating_sub(1) {
            let at = i * cols + j;
            let across = src[at - 1].min(src[at + 1]);
            out[at] = src[at].min(across).min(src[at - cols].min(src[at + cols]));
        }
    }
}
