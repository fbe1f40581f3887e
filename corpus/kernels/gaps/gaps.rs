//! Whether an array of i32 is in order, and how long the run of equal elements is that ends at each.

use std::slice::{from_raw_parts, from_raw_parts_mut};

#[unsafe(no_mangle)]
pub unsafe extern "C" fn ordered_until(x: *const i32, n: usize) -> i32 {
    let x = unsafe { from_raw_parts(x, n) };
    // parallel: no - the first break of order ends the search.
    for i in 1..n {
        if x[i - 1] > x[i] {
            return i as i32;
        }
    }
    n as i32
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn runs(out: *mut i32, x: *const i32, n: usize) {
    let (out, x) = unsafe { (from_raw_parts_mut(out, n), from_raw_parts(x, n)) };
    let mut run = 0;
    // parallel: no - every run goes on from the one before.
    for i in 0..n {
        run = if i > 0 && x[i] == x[i - 1] { run + 1 } else { 1 };
        out[i] = run;
    }
}
