//! Applies the reflection I - b v v^T to the columns of a matrix of f64; w receives what is subtracted.

use std::slice::{from_raw_parts, from_raw_parts_mut};

#[unsafe(no_mangle)]
pub unsafe extern "C" fn householder(a: *mut f64, v: *const f64, w: *mut f64, rows: usize, cols: usize, b: f64) {
    let (a, v, w) =
        unsafe { (from_raw_parts_mut(a, rows * cols), from_raw_parts(v, rows), from_raw_parts_mut(w, cols)) };
    // parallel: yes - each iteration owns w[j] (guard: w is disjoint from a and v).
    for j in 0..cols {
        let mut sum = 0.0;
        // parallel: no - a float sum keeps its order.
        for i in 0..rows {
            sum += v[i] * a[i * cols + j];
        }
        w[j] = b * sum;
    }
    // parallel: yes - each iteration owns one row of a (guard: a is disjoint from v and w).
    for i in 0..rows {
        // parallel: yes - each iteration owns one element of the row; a failing index check is a bail.
        for j in 0..cols {
            a[i * cols + j] -= v[i] * w[j];
        }
    }
}
