//! Sums and maxima of the rows, and sums of the columns, of a matrix of i32.

use std::slice::{from_raw_parts, from_raw_parts_mut};

#[unsafe(no_mangle)]
pub unsafe extern "C" fn row_sums(out: *mut i32, x: *const i32, rows: usize, cols: usize) {
    let (out, x) = unsafe { (from_raw_parts_mut(out, rows), from_raw_parts(x, rows * cols)) };
    // parallel: yes - each iteration owns out[i] (guard: disjoint).
    for i in 0..rows {
        let mut sum = 0i32;
        // parallel: yes - a wrapping integer sum may be reassociated; a failing index check is a bail.
        for j in 0..cols {
            sum = sum.wrapping_add(x[i * cols + j]);
        }
        out[i] = sum;
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn row_tops(out: *mut i32, x: *const i32, rows: usize, cols: usize) {
    let (out, x) = unsafe { (from_raw_parts_mut(out, rows), from_raw_parts(x, rows * cols)) };
    // parallel: yes - each iteration owns out[i] (guard: disjoint).
    for i in 0..rows {
        let mut top = i32::MIN;
        // parallel: yes - an integer maximum is associative and commutative; a failing index check is a bail.
        for j in 0..cols {
            top = top.max(x[i * cols + j]);
        }
        out[i] = top;
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn column_sums(out: *mut i32, x: *const i32, rows: usize, cols: usize) {
    let (out, x) = unsafe { (from_raw_parts_mut(out, cols), from_raw_parts(x, rows * cols)) };
    // parallel: no - every row adds to the same sums; the loops would have to change places.
    for i in 0..rows {
        // parallel: yes - each iteration owns out[j]; a failing index check is a bail (guard: disjoint).
        for j in 0..cols {
            out[j] = out[j].wrapping_add(x[i * cols + j]);
        }
    }
}
