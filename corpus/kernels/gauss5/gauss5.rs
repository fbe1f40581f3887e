//! A Gauss filter of five taps, 1 4 6 4 1, along the rows and along the columns of a grey image; the border stays.

use std::slice::{from_raw_parts, from_raw_parts_mut};

#[unsafe(no_mangle)]
pub unsafe extern "C" fn gauss_rows(out: *mut u8, src: *const u8, rows: usize, cols: usize) {
    let (out, src) = unsafe { (from_raw_parts_mut(out, rows * cols), from_raw_parts(src, rows * cols)) };
    // parallel: yes - each iteration owns one row of out (guard: disjoint).
    for i in 0..rows {
        // parallel: yes - each iteration owns one pixel of out; a failing index check is a bail.
        for j in 2..cols.saturating_sub(2) {
            let at = i * cols + j;
            let [a, b, c, d, e] = [src[at - 2], src[at - 1], src[at], src[at + 1], src[at + 2]].map(u32::from);
            out[at] = ((a + 4 * b + 6 * c + 4 * d + e + 8) >> 4) as u8;
        }
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn gauss_columns(out: *mut u8, src: *const u8, rows: usize, cols: usize) {
    let (out, src) = unsafe { (from_raw_parts_mut(out, rows * cols), from_raw_parts(src, rows * cols)) };
    // parallel: yes - each iteration owns one row of out (guard: disjoint).
    for i in 2..rows.saturating_sub(2) {
        // parallel: yes - each iteration owns one pixel of out; a failing index check is a bail.
        for j in 0..cols {
            let at = i * cols + j;
            let [a, b, c] = [src[at - 2 * cols], src[at - cols], src[at]].map(u32::from);
            let [d, e] = [src[at + cols], src[at + 2 * cols]].map(u32::from);
            out[at] = ((a + 4 * b + 6 * c + 4 * d + e + 8) >> 4) as u8;
        }
    }
}
