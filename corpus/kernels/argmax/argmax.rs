//! The place of the first of the largest elements of an i32 array; 0 for an empty one.

use std::slice::from_raw_parts;

#[unsafe(no_mangle)]
pub unsafe extern "C" fn argmax(x: *const i32, n: usize) -> usize {
    let x = unsafe { from_raw_parts(x, n) };
    let (mut at, mut top) = (0, i32::MIN);
    // parallel: no - the first of the largest elements is wanted, so the order matters.
    for i in 0..n {
        if x[i] > top {
            top = x[i];
            at = i;
        }
    }
    at
}
