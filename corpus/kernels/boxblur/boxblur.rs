//! The mean of each pixel's 3 x 3 neighbourhood, u8, with checked indices; the rim of `out` is left alone.

use std::slice::{from_raw_parts, from_raw_parts_mut};

#[unsafe(no_mangle)]
pub unsafe extern "C" fn boxblur(out: *mut u8, input: *const u8, rows: usize, cols: usize) {
    let (out, input) = unsafe { (from_raw_parts_mut(out, rows * cols), from_raw_parts(input, rows * cols)) };
    // parallel: yes - each iteration owns one row of out; input is only read (guard: disjoint).
    for i in 1..rows.saturating_sub(1) {
        // parallel: yes - each iteration owns one byte of out; a failing index check is a bail.
        for j in 1..cols.saturating_sub(1) {
            let mut sum = 0;
            // parallel: yes - a wrapping integer sum; three rows of the window.
            for k in i - 1..=i + 1 {
                let at = k * cols + j;
                sum += u32::from(input[at - 1]) + u32::from(input[at]) + u32::from(input[at + 1]);
            }
            out[i * cols + j] = (sum / 9) as u8;
        }
    }
}
