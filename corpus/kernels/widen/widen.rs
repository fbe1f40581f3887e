//! Narrow loads and stores: signed 16-bit samples to f32, and an integer mix of signed 8-bit samples.

use std::slice::{from_raw_parts, from_raw_parts_mut};

#[unsafe(no_mangle)]
pub unsafe extern "C" fn widen(out: *mut f32, input: *const i16, n: usize, gain: f32) {
    let (out, input) = unsafe { (from_raw_parts_mut(out, n), from_raw_parts(input, n)) };
    // parallel: yes - each iteration owns one element of out; the element sizes differ (guard: disjoint).
    for (out, x) in out.iter_mut().zip(input) {
        *out = gain * f32::from(*x);
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn mix_i8(out: *mut i8, a: *const i8, b: *const i8, n: usize) {
    let (out, a, b) = unsafe { (from_raw_parts_mut(out, n), from_raw_parts(a, n), from_raw_parts(b, n)) };
    // parallel: yes - each iteration owns out[i].
    for i in 0..n {
        out[i] = ((i32::from(a[i]) + 3 * i32::from(b[i])) >> 2) as i8;
    }
}
