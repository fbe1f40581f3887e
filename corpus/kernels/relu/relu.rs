//! Rectifiers of f32: the plain one and the one with a slope below zero.

use std::slice::{from_raw_parts, from_raw_parts_mut};

#[unsafe(no_mangle)]
pub unsafe extern "C" fn relu(x: *mut f32, n: usize) {
    let x = unsafe { from_raw_parts_mut(x, n) };
    // parallel: yes - each iteration owns x[i].
    for x in x {
        *x = if *x > 0.0 { *x } else { 0.0 };
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn leaky(out: *mut f32, x: *const f32, n: usize, slope: f32) {
    let (out, x) = unsafe { (from_raw_parts_mut(out, n), from_raw_parts(x, n)) };
    // parallel: yes - each iteration owns out[i]; a failing index check is a bail (guard: out and x are the same
    // or disjoint).
    for i in 0..n {
        out[i] = if x[i] > 0.0 { x[i] } else { x[i] * slope };
    }
}
