//! A grey image at half its size, by means of 2 x 2 pixels, and at double its size, by repetition.

use std::slice::{from_raw_parts, from_raw_parts_mut};

#[unsafe(no_mangle)]
pub unsafe extern "C" fn halve(out: *mut u8, src: *const u8, rows: usize, cols: usize) {
    let (out, src) = unsafe { (from_raw_parts_mut(out, rows * cols), from_raw_parts(src, 4 * rows * cols)) };
    // parallel: yes - each iteration owns one row of out (guard: disjoint).
    for i in 0..rows {
        // parallel: yes - each iteration owns one pixel of out; a failing index check is a bail.
        for j in 0..cols {
            let at = 4 * i * cols + 2 * j;
            let [a, b] = [src[at], src[at + 1]].map(u32::from);
            let [c, d] = [src[at + 2 * cols], src[at + 2 * cols + 1]].map(u32::from);
            out[i * cols + j] = ((a + b + c + d + 2) >> 2) as u8;
        }
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn double_size(out: *mut u8, src: *const u8, rows: usize, cols: usize) {
    let (out, src) = unsafe { (from_raw_parts_mut(out, 4 * rows * cols), from_raw_parts(src, rows * cols)) };
    // parallel: yes - each iteration owns one row of out (guard: disjoint).
    for i in 0..2 * rows {
        // parallel: yes - each iteration owns one pixel of out; a failing index check is a bail.
        for j in 0..2 * cols {
            out[2 * i * cols + j] = src[(i / 2) * cols + j / 2];
        }
    }
}
