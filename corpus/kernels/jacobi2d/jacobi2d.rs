//! One Jacobi sweep over the inside of a rows x cols grid of f64, with checked indices.

use std::slice::{from_raw_parts, from_raw_parts_mut};

#[unsafe(no_mangle)]
pub unsafe extern "C" fn jacobi2d(out: *mut f64, input: *const f64, rows: usize, cols: usize) {
    let (out, input) = unsafe { (from_raw_parts_mut(out, rows * cols), from_raw_parts(input, rows * cols)) };
    // parallel: yes - each iteration owns one row of out; input is only read (guard: disjoint).
    for i in 1..rows.saturating_sub(1) {
        // parallel: yes - each iteration owns out[i][j]; a failing index check leaves the loop (guard: disjoint).
        for j in 1..cols.saturating_sub(1) {
            let at = i * cols + j;
            out[at] = 0.2 * (input[at] + input[at - 1] + input[at + 1] + input[at - cols] + input[at + cols]);
        }
    }
}
