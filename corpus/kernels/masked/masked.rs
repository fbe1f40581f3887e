//! Stores a * x where the mask is set, f64.

use std::slice::{from_raw_parts, from_raw_parts_mut};

#[unsafe(no_mangle)]
pub unsafe extern "C" fn masked(out: *mut f64, x: *const f64, mask: *const u8, n: usize, a: f64) {
    let (out, x, mask) = unsafe { (from_raw_parts_mut(out, n), from_raw_parts(x, n), from_raw_parts(mask, n)) };
    // parallel: yes - each iteration owns out[i]; some leave it alone; a failing index check is a bail (guard:
    // out is disjoint from mask, the same as x or disjoint).
    for i in 0..n {
        if mask[i] != 0 {
            out[i] = a * x[i];
        }
    }
}
