//! y += a * x over arrays that know their lengths, f64: an index past either end panics.

use std::slice::{from_raw_parts, from_raw_parts_mut};

#[unsafe(no_mangle)]
pub unsafe extern "C" fn checked(y: *mut f64, leny: usize, x: *const f64, lenx: usize, n: usize, a: f64) {
    let (y, x) = unsafe { (from_raw_parts_mut(y, leny), from_raw_parts(x, lenx)) };
    // parallel: yes - each iteration owns y[i]; a failing check is a bail (guard: y is the same as x or disjoint).
    for i in 0..n {
        y[i] += a * x[i];
    }
}
