//! Swaps the elements of two arrays of f64.

use std::slice::from_raw_parts_mut;

#[unsafe(no_mangle)]
pub unsafe extern "C" fn swap(x: *mut f64, y: *mut f64, n: usize) {
    let (x, y) = unsafe { (from_raw_parts_mut(x, n), from_raw_parts_mut(y, n)) };
    // parallel: yes - each iteration owns x[i] and y[i]; a failing index check is a bail (guard: x and y are the
    // same or disjoint).
    for i in 0..n {
        let t = x[i];
        x[i] = y[i];
        y[i] = t;
    }
}
