//! The summed-area table of a grey image, in two passes: along the rows, then down the columns.

use std::slice::{from_raw_parts, from_raw_parts_mut};

#[unsafe(no_mangle)]
pub unsafe extern "C" fn integral(out: *mut u32, src: *const u8, rows: usize, cols: usize) {
    let (out, src) = unsafe { (from_raw_parts_mut(out, rows * cols), from_raw_parts(src, rows * cols)) };
    // parallel: yes - each iteration owns one row of out (guard: disjoint).
    for i in 0..rows {
        let mut sum = 0u32;
        // parallel: no - every sum needs the one before.
        for j in 0..cols {
            sum = sum.wrapping_add(src[i * cols + j].into());
            out[i * cols + j] = sum;
        }
    }
    // parallel: no - every row needs the row above.
    for i in 1..rows {
        // parallel: yes - each iteration owns one element of the row; a failing index check is a bail.
        for j in 0..cols {
            out[i * cols + j] = out[i * cols + j].wrapping_add(out[(i - 1) * cols + j]);
        }
    }
}
