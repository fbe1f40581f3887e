//! Cube roots by eight of Newton's steps, f64.

use std::slice::{from_raw_parts, from_raw_parts_mut};

#[unsafe(no_mangle)]
pub unsafe extern "C" fn newton(out: *mut f64, x: *const f64, n: usize) {
    let (out, x) = unsafe { (from_raw_parts_mut(out, n), from_raw_parts(x, n)) };
    // parallel: yes - each iteration owns out[i] (guard: out and x are the same or disjoint).
    for i in 0..n {
        let v = x[i];
        let mut r = v;
        // parallel: no - every step needs the one before.
        for _ in 0..8 {
            r = (2.0 * r + v / (r * r)) * (1.0 / 3.0);
        }
        out[i] = r;
    }
}
