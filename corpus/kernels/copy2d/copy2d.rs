//! Copies a rows x cols block of 32-bit pixels between two images of different pitch, with the bytes of each swapped.

use std::slice::{from_raw_parts, from_raw_parts_mut};

#[unsafe(no_mangle)]
pub unsafe extern "C" fn copy2d(dst: *mut u32, src: *const u32, rows: usize, cols: usize, to: usize, from: usize) {
    let (dst, src) = unsafe { (from_raw_parts_mut(dst, rows * to), from_raw_parts(src, rows * from)) };
    // parallel: yes - each iteration owns one row of the block (guard: the pitch is at least the width; disjoint).
    for i in 0..rows {
        // parallel: yes - each iteration owns one pixel; a failing index check is a bail.
        for j in 0..cols {
            dst[i * to + j] = src[i * from + j].swap_bytes();
        }
    }
}
