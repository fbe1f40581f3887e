//! f64 to i32, saturating, NaN to 0.

use std::slice::{from_raw_parts, from_raw_parts_mut};

#[unsafe(no_mangle)]
pub unsafe extern "C" fn trunc_sat(out: *mut i32, input: *const f64, n: usize) {
    let (out, input) = unsafe { (from_raw_parts_mut(out, n), from_raw_parts(input, n)) };
    // parallel: yes - each iteration owns one element of out; nothing traps.
    for (out, x) in out.iter_mut().zip(input) {
        *out = *x as i32;
    }
}
