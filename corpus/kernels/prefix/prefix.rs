//! Inclusive prefix sum of i32.

use std::slice::{from_raw_parts, from_raw_parts_mut};

#[unsafe(no_mangle)]
pub unsafe extern "C" fn prefix(out: *mut i32, input: *const i32, n: usize) -> i32 {
    let (out, input) = unsafe { (from_raw_parts_mut(out, n), from_raw_parts(input, n)) };
    let mut sum = 0i32;
    // parallel: no - every iteration stores the running sum, so the accumulator has another use.
    for (out, x) in out.iter_mut().zip(input) {
        sum = sum.wrapping_add(*x);
        *out = sum;
    }
    sum
}
