//! Wasm's own float functions on each element: square root, sign operations, clamping by comparison, rounding.

use std::slice::{from_raw_parts, from_raw_parts_mut};

#[unsafe(no_mangle)]
pub unsafe extern "C" fn norms(out: *mut f64, input: *const f64, n: usize, sign: f64) {
    let (out, input) = unsafe { (from_raw_parts_mut(out, n), from_raw_parts(input, n)) };
    // parallel: yes - each iteration owns one element of out.
    for (out, x) in out.iter_mut().zip(input) {
        *out = x.abs().sqrt().copysign(sign);
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn clamp_f32(x: *mut f32, n: usize, low: f32, high: f32) {
    // parallel: yes - each iteration reads and writes only its own element.
    for x in unsafe { from_raw_parts_mut(x, n) } {
        let v = if *x < low { low } else { *x };
        *x = if v > high { high } else { v };
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn round_f64(x: *mut f64, n: usize) {
    // parallel: yes - each iteration reads and writes only its own element.
    for x in unsafe { from_raw_parts_mut(x, n) } {
        *x = x.floor() * 4.0 + (-*x).ceil() + x.trunc() / 3.0 - x.round_ties_even();
    }
}
