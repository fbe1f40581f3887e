//! Exchanges the two halves of an array of 2 n elements, and turns an array round in place, i64.

use std::slice::from_raw_parts_mut;

#[unsafe(no_mangle)]
pub unsafe extern "C" fn swap_halves(x: *mut i64, n: usize) {
    let x = unsafe { from_raw_parts_mut(x, 2 * n) };
    // parallel: yes - each iteration owns x[i] and x[n + i], because i stays below n; a failing index check is a
    // bail.
    for i in 0..n {
        let t = x[i];
        x[i] = x[n + i];
        x[n + i] = t;
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn turn(x: *mut i64, n: usize) {
    let x = unsafe { from_raw_parts_mut(x, n) };
    // parallel: yes - each iteration owns x[i] and its mirror image, because i stays in the first half; a
    // failing index check is a bail.
    for i in 0..n / 2 {
        let t = x[i];
        x[i] = x[n - 1 - i];
        x[n - 1 - i] = t;
    }
}
