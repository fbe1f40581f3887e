//! Along the rows of a matrix of i32: running sums, running maxima, and the differences that undo the sums.

use std::slice::{from_raw_parts, from_raw_parts_mut};

#[unsafe(no_mangle)]
pub unsafe extern "C" fn running_sums(x: *mut i32, rows: usize, cols: usize) {
    let x = unsafe { from_raw_parts_mut(x, rows * cols) };
    // parallel: yes - each iteration owns one row.
    for i in 0..rows {
        // parallel: no - every sum needs the one before.
        for j in 1..cols {
            x[i * cols + j] = x[i * cols + j].wrapping_add(x[i * cols + j - 1]);
        }
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn running_tops(out: *mut i32, x: *const i32, rows: usize, cols: usize) {
    let (out, x) = unsafe { (from_raw_parts_mut(out, rows * cols), from_raw_parts(x, rows * cols)) };
    // parallel: yes - each iteration owns one row of out (guard: disjoint).
    for i in 0..rows {
        let mut top = i32::MIN;
        // parallel: no - every iteration stores the running maximum, so the accumulator has another use.
        for j in 0..cols {
            top = top.max(x[i * cols + j]);
            out[i * cols + j] = top;
        }
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn differences(out: *mut i32, x: *const i32, rows: usize, cols: usize) {
    let (out, x) = unsafe { (from_raw_parts_mut(out, rows * cols), from_raw_parts(x, rows * cols)) };
    // parallel: yes - each iteration owns one row of out (guard: disjoint).
    for i in 0..rows {
        // parallel: yes - each iteration owns one element of out; a failing index check is a bail.
        for j in 1..cols {
            out[i * cols + j] = x[i * cols + j].wrapping_sub(x[i * cols + j - 1]);
        }
    }
}
