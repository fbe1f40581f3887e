//! Pooling of 2 x 2 elements: means of f32, maxima of i8.

use std::slice::{from_raw_parts, from_raw_parts_mut};

#[unsafe(no_mangle)]
pub unsafe extern "C" fn mean_pool(out: *mut f32, x: *const f32, rows: usize, cols: usize) {
    let (out, x) = unsafe { (from_raw_parts_mut(out, rows * cols), from_raw_parts(x, 4 * rows * cols)) };
    // parallel: yes - each iteration owns one row of out (guard: disjoint).
    for i in 0..rows {
        // parallel: yes - each iteration owns one element of out; a failing index check is a bail.
        for j in 0..cols {
            let at = 4 * i * cols + 2 * j;
            out[i * cols + j] = (x[at] + x[at + 1] + x[at + 2 * cols] + x[at + 2 * cols + 1]) * 0.25;
        }
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn max_pool(out: *mut i8, x: *const i8, rows: usize, cols: usize) {
    let (out, x) = unsafe { (from_raw_parts_mut(out, rows * cols), from_raw_parts(x, 4 * rows * cols)) };
    // parallel: yes - each iteration owns one row of out (guard: disjoint).
    for i in 0..rows {
        // parallel: yes - each iteration owns one element of out.
        for j in 0..cols {
            let mut top = i8::MIN;
            // parallel: yes - an integer maximum is associative and commutative.
            for y in 0..2 {
                // parallel: yes - an integer maximum is associative and commutative; a failing index check is a
                // bail.
                for z in 0..2 {
                    top = top.max(x[(2 * i + y) * 2 * cols + 2 * j + z]);
                }
            }
            out[i * cols + j] = top;
        }
    }
}
