//! Rows of bytes by bulk memory operations: a fill of each, a copy of each into an image of another pitch.

use std::slice::{from_raw_parts, from_raw_parts_mut};

#[unsafe(no_mangle)]
pub unsafe extern "C" fn fill_rows(p: *mut u8, v: *const u8, rows: usize, cols: usize) {
    let (p, v) = unsafe { (from_raw_parts_mut(p, rows * cols), from_raw_parts(v, rows)) };
    // parallel: yes - each iteration owns one row; a failing index check is a bail (guard: disjoint).
    for i in 0..rows {
        p[i * cols..(i + 1) * cols].fill(v[i]);
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn copy_rows(dst: *mut u8, src: *const u8, rows: usize, cols: usize) {
    let (dst, src) = unsafe { (from_raw_parts_mut(dst, rows * cols + 5 * rows), from_raw_parts(src, rows * cols)) };
    // parallel: yes - each iteration owns one row of dst; a failing index check is a bail (guard: disjoint).
    for i in 0..rows {
        let to = i * (cols + 5);
        dst[to..to + cols].copy_from_slice(&src[i * cols..(i + 1) * cols]);
    }
}
