//! The wrapping sum of a matrix of i32 row by row, and of the diagonal of one of i64.

use std::slice::from_raw_parts;

#[unsafe(no_mangle)]
pub unsafe extern "C" fn total(x: *const i32, rows: usize, cols: usize) -> i32 {
    let x = unsafe { from_raw_parts(x, rows * cols) };
    let mut sum = 0i32;
    // parallel: yes - a wrapping integer sum may be reassociated.
    for i in 0..rows {
        // parallel: yes - a wrapping integer sum may be reassociated; a failing index check is a bail.
        for j in 0..cols {
            sum = sum.wrapping_add(x[i * cols + j]);
        }
    }
    sum
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn trace(x: *const i64, n: usize) -> i64 {
    let x = unsafe { from_raw_parts(x, n * n) };
    let mut sum = 0i64;
    // parallel: yes - a wrapping integer sum may be reassociated; a failing index check is a bail.
    for i in 0..n {
        sum = sum.wrapping_add(x[i * n + i]);
    }
    sum
}
