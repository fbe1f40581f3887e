//! Exponential smoothing of f64: each output mixes an input with the output before.

use std::slice::{from_raw_parts, from_raw_parts_mut};

#[unsafe(no_mangle)]
pub unsafe extern "C" fn smooth(out: *mut f64, input: *const f64, n: usize, a: f64) -> f64 {
    let (out, input) = unsafe { (from_raw_parts_mut(out, n), from_raw_parts(input, n)) };
    let mut level = 0.0;
    // parallel: no - every level needs the one before.
    for i in 0..n {
        level += a * (input[i] - level);
        out[i] = level;
    }
    level
}
