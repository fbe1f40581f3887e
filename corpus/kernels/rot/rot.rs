//! Rotates the pairs (x, y) of two arrays by one angle, in place, f64.

use std::slice::from_raw_parts_mut;

#[unsafe(no_mangle)]
pub unsafe extern "C" fn rot(x: *mut f64, y: *mut f64, n: usize, c: f64, s: f64) {
    let (x, y) = unsafe { (from_raw_parts_mut(x, n), from_raw_parts_mut(y, n)) };
    // parallel: yes - each iteration owns x[i] and y[i] (guard: x and y are disjoint).
    for i in 0..n {
        let v = c * x[i] + s * y[i];
        y[i] = c * y[i] - s * x[i];
        x[i] = v;
    }
}
