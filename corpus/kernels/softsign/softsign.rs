//! x / (1 + |x|) and a rational approximation of tanh, over f64.

use std::slice::{from_raw_parts, from_raw_parts_mut};

#[unsafe(no_mangle)]
pub unsafe extern "C" fn softsign(out: *mut f64, x: *const f64, n: usize) {
    let (out, x) = unsafe { (from_raw_parts_mut(out, n), from_raw_parts(x, n)) };
    // parallel: yes - each iteration owns out[i]; a failing index check is a bail (guard: out and x are the same
    // or disjoint).
    for i in 0..n {
        out[i] = x[i] / (1.0 + x[i].abs());
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn tanh_near(out: *mut f64, x: *const f64, n: usize) {
    let (out, x) = unsafe { (from_raw_parts_mut(out, n), from_raw_parts(x, n)) };
    // parallel: yes - each iteration owns out[i]; a failing index check is a bail (guard: out and x are the same
    // or disjoint).
    for i in 0..n {
        let s = x[i] * x[i];
        let top = 135135.0 + s * (17325.0 + s * (378.0 + s));
        out[i] = x[i] * top / (135135.0 + s * (62370.0 + s * (3150.0 + s * 28.0)));
    }
}
