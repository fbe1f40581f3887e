//! The first position of a key in an i32 array, or n.

use std::slice::from_raw_parts;

#[unsafe(no_mangle)]
pub unsafe extern "C" fn search(x: *const i32, n: usize, key: i32) -> usize {
    // parallel: no - the loop leaves early, at a place that the data decides.
    unsafe { from_raw_parts(x, n) }.iter().position(|x| *x == key).unwrap_or(n)
}
