//! y += a * x over f64, unrolled by hand: four elements in each iteration, then the rest.

use std::slice::{from_raw_parts, from_raw_parts_mut};

#[unsafe(no_mangle)]
pub unsafe extern "C" fn unrolled(y: *mut f64, x: *const f64, n: usize, a: f64) {
    let (y, x) = unsafe { (from_raw_parts_mut(y, n), from_raw_parts(x, n)) };
    let mut i = 0;
    // parallel: yes - each iteration owns four elements of y; a failing index check is a bail (guard: y and x
    // are the same or disjoint).
    while i + 4 <= n {
        y[i] += a * x[i];
        y[i + 1] += a * x[i + 1];
        y[i + 2] += a * x[i + 2];
        y[i + 3] += a * x[i + 3];
        i += 4;
    }
    // parallel: yes - each iteration owns y[i]; a failing index check is a bail (guard: y and x are the same or
    // disjoint).
    while i < n {
        y[i] += a * x[i];
        i += 1;
    }
}
