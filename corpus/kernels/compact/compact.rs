//! Keeps the elements above a limit, in order, and returns how many there are.

use std::slice::{from_raw_parts, from_raw_parts_mut};

#[unsafe(no_mangle)]
pub unsafe extern "C" fn compact(out: *mut i32, input: *const i32, n: usize, limit: i32) -> usize {
    let (out, input) = unsafe { (from_raw_parts_mut(out, n), from_raw_parts(input, n)) };
    let mut kept = 0;
    // parallel: no - where an element goes depends on all elements before.
    for i in 0..n {
        if input[i] > limit {
            out[kept] = input[i];
            kept += 1;
        }
    }
    kept
}
