//! One level of the Haar wavelet, and back, f32.

use std::slice::{from_raw_parts, from_raw_parts_mut};

#[unsafe(no_mangle)]
pub unsafe extern "C" fn haar(low: *mut f32, high: *mut f32, x: *const f32, n: usize) {
    let (low, high, x) = unsafe { (from_raw_parts_mut(low, n), from_raw_parts_mut(high, n), from_raw_parts(x, 2 * n)) };
    // parallel: yes - each iteration owns low[i] and high[i]; a failing index check is a bail (guard: the three
    // arrays are disjoint).
    for i in 0..n {
        low[i] = (x[2 * i] + x[2 * i + 1]) * 0.5;
        high[i] = (x[2 * i] - x[2 * i + 1]) * 0.5;
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn haar_back(x: *mut f32, low: *const f32, high: *const f32, n: usize) {
    let (x, low, high) = unsafe { (from_raw_parts_mut(x, 2 * n), from_raw_parts(low, n), from_raw_parts(high, n)) };
    // parallel: yes - each iteration owns two elements of x; a failing index check is a bail (guard: the three
    // arrays are disjoint).
    for i in 0..n {
        x[2 * i] = low[i] + high[i];
        x[2 * i + 1] = low[i] - high[i];
    }
}
