//! One polynomial of runtime degree, evaluated at every element, f64.

use std::slice::{from_raw_parts, from_raw_parts_mut};

#[unsafe(no_mangle)]
pub unsafe extern "C" fn horner(out: *mut f64, x: *const f64, c: *const f64, n: usize, terms: usize) {
    let (out, x, c) = unsafe { (from_raw_parts_mut(out, n), from_raw_parts(x, n), from_raw_parts(c, terms)) };
    // parallel: yes - each iteration owns out[i] (guard: out is the same as x or disjoint, and disjoint from c).
    for i in 0..n {
        // parallel: no - every step needs the one before.
        out[i] = c.iter().fold(0.0, |v, c| v * x[i] + c);
    }
}
