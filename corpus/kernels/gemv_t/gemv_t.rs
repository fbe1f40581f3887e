//! y = A^T x for a row-major rows x cols matrix of f64, with checked indices: each element of y walks down a column.

use std::slice::{from_raw_parts, from_raw_parts_mut};

#[unsafe(no_mangle)]
pub unsafe extern "C" fn gemv_t(y: *mut f64, a: *const f64, x: *const f64, rows: usize, cols: usize) {
    let (y, a, x) = unsafe { (from_raw_parts_mut(y, cols), from_raw_parts(a, rows * cols), from_raw_parts(x, rows)) };
    // parallel: yes - each iteration owns y[j]; a failing index check is a bail (guard: y is disjoint from a and x).
    for j in 0..cols {
        let mut sum = 0.0;
        // parallel: no - a float sum keeps its order.
        for i in 0..rows {
            sum += a[i * cols + j] * x[i];
        }
        y[j] = sum;
    }
}
