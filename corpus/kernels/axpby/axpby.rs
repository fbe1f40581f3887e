//! y = a * x + b * y over f32.

use std::slice::{from_raw_parts, from_raw_parts_mut};

#[unsafe(no_mangle)]
pub unsafe extern "C" fn axpby(y: *mut f32, x: *const f32, n: usize, a: f32, b: f32) {
    let (y, x) = unsafe { (from_raw_parts_mut(y, n), from_raw_parts(x, n)) };
    // parallel: yes - each iteration owns y[i]; x is only read; a failing index check is a bail (guard: y and x
    // are the same or disjoint).
    for i in 0..n {
        y[i] = a * x[i] + b * y[i];
    }
}
