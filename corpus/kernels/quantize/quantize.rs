//! f32 to i8: scaled, rounded to the nearest even, cut off at the ends of the range.

use std::slice::{from_raw_parts, from_raw_parts_mut};

#[unsafe(no_mangle)]
pub unsafe extern "C" fn quantize(out: *mut i8, input: *const f32, n: usize, scale: f32) {
    let (out, input) = unsafe { (from_raw_parts_mut(out, n), from_raw_parts(input, n)) };
    // parallel: yes - each iteration owns out[i]; loads are four times as wide as stores (guard: disjoint).
    for i in 0..n {
        out[i] = (input[i] * scale).round_ties_even() as i8;
    }
}
