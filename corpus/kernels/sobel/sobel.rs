//! Edge strength by the two Sobel filters, |gx| + |gy| cut off at 255, u8, with checked indices; the rim of `out` is
//! left alone.

use std::slice::{from_raw_parts, from_raw_parts_mut};

#[unsafe(no_mangle)]
pub unsafe extern "C" fn sobel(out: *mut u8, input: *const u8, rows: usize, cols: usize) {
    let (out, input) = unsafe { (from_raw_parts_mut(out, rows * cols), from_raw_parts(input, rows * cols)) };
    let pixel = |i: usize, j: usize| i32::from(input[i * cols + j]);
    // parallel: yes - each iteration owns one row of out; input is only read (guard: disjoint).
    for i in 1..rows.saturating_sub(1) {
        // parallel: yes - each iteration owns one byte of out; a failing index check is a bail.
        for j in 1..cols.saturating_sub(1) {
            let gx = pixel(i - 1, j + 1) - pixel(i - 1, j - 1)
                + 2 * (pixel(i, j + 1) - pixel(i, j - 1))
                + pixel(i + 1, j + 1)
                - pixel(i + 1, j - 1);
            let gy = pixel(i + 1, j - 1) - pixel(i - 1, j - 1)
                + 2 * (pixel(i + 1, j) - pixel(i - 1, j))
                + pixel(i + 1, j + 1)
                - pixel(i - 1, j + 1);
            out[i * cols + j] = (gx.abs() + gy.abs()).min(255) as u8;
        }
    }
}
