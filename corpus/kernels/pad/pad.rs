//! Copies a picture of i32 into a larger one with a border of one value on every side.

use std::slice::{from_raw_parts, from_raw_parts_mut};

#[unsafe(no_mangle)]
pub unsafe extern "C" fn pad(out: *mut i32, x: *const i32, rows: usize, cols: usize, border: i32) {
    let (out, x) =
        unsafe { (from_raw_parts_mut(out, rows * cols + 2 * rows + 2 * cols + 4), from_raw_parts(x, rows * cols)) };
    // parallel: yes - each iteration owns one row of out (guard: disjoint).
    for i in 0..rows + 2 {
        // parallel: yes - each iteration owns one element of out; a failing index check is a bail.
        for j in 0..cols + 2 {
            let inside = i > 0 && i <= rows && j > 0 && j <= cols;
            out[i * (cols + 2) + j] = if inside { x[(i - 1) * cols + j - 1] } else { border };
        }
    }
}
