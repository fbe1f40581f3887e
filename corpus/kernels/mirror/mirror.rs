//! Mirrors the rows of an image in place, and turns an image by a quarter, 32-bit pixels.

use std::slice::{from_raw_parts, from_raw_parts_mut};

#[unsafe(no_mangle)]
pub unsafe extern "C" fn mirror(p: *mut u32, rows: usize, cols: usize) {
    let p = unsafe { from_raw_parts_mut(p, rows * cols) };
    // parallel: yes - each iteration owns one row.
    for i in 0..rows {
        // parallel: yes - each iteration owns two pixels, because j stays in the left half.
        for j in 0..cols / 2 {
            p.swap(i * cols + j, i * cols + cols - 1 - j);
        }
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn quarter(out: *mut u32, src: *const u32, rows: usize, cols: usize) {
    let (out, src) = unsafe { (from_raw_parts_mut(out, rows * cols), from_raw_parts(src, rows * cols)) };
    // parallel: yes - each iteration owns one column of out (guard: disjoint).
    for i in 0..rows {
        // parallel: yes - each iteration owns one pixel of out; a failing index check is a bail.
        for j in 0..cols {
            out[j * rows + rows - 1 - i] = src[i * cols + j];
        }
    }
}
