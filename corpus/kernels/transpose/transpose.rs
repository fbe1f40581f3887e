//! Writes the transpose of a row-major rows x cols matrix of f32, with checked indices.

use std::slice::{from_raw_parts, from_raw_parts_mut};

#[unsafe(no_mangle)]
pub unsafe extern "C" fn transpose(out: *mut f32, input: *const f32, rows: usize, cols: usize) {
    let (out, input) = unsafe { (from_raw_parts_mut(out, rows * cols), from_raw_parts(input, rows * cols)) };
    // parallel: yes - each iteration owns one column of out (guard: disjoint).
    for i in 0..rows {
        // parallel: yes - each iteration owns out[j][i], at a runtime stride; a failing index check leaves the loop.
        for j in 0..cols {
            out[j * rows + i] = input[i * cols + j];
        }
    }
}
