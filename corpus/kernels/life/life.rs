//! One generation of the Game of Life on the inside of a grid of bytes 0 and 1, with checked indices.

use std::slice::{from_raw_parts, from_raw_parts_mut};

#[unsafe(no_mangle)]
pub unsafe extern "C" fn life(out: *mut u8, input: *const u8, rows: usize, cols: usize) {
    let (out, input) = unsafe { (from_raw_parts_mut(out, rows * cols), from_raw_parts(input, rows * cols)) };
    // parallel: yes - each iteration owns one row of out; input is only read (guard: disjoint).
    for i in 1..rows.saturating_sub(1) {
        // parallel: yes - each iteration owns one cell; a failing index check is a bail.
        for j in 1..cols.saturating_sub(1) {
            let at = i * cols + j;
            let three =
                |middle: usize| u32::from(input[middle - 1]) + u32::from(input[middle]) + u32::from(input[middle + 1]);
            let around = three(at - cols) + three(at) + three(at + cols) - u32::from(input[at]);
            out[at] = match around {
                3 => 1,
                2 => input[at],
                _ => 0,
            };
        }
    }
}
