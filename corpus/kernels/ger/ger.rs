//! A += x y^T for a row-major rows x cols matrix of f64, with checked indices.

use std::slice::{from_raw_parts, from_raw_parts_mut};

#[unsafe(no_mangle)]
pub unsafe extern "C" fn ger(a: *mut f64, x: *const f64, y: *const f64, rows: usize, cols: usize) {
    let (a, x, y) = unsafe { (from_raw_parts_mut(a, rows * cols), from_raw_parts(x, rows), from_raw_parts(y, cols)) };
    // parallel: yes - each iteration owns one row of a (guard: a is disjoint from x and y).
    for i in 0..rows {
        // parallel: yes - each iteration owns a[i][j]; a failing index check is a bail.
        for j in 0..cols {
            a[i * cols + j] += x[i] * y[j];
        }
    }
}
