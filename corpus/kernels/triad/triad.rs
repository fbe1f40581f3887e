//! a = b + s * c over f64, written with checked indices of slices of equal length.

use std::slice::{from_raw_parts, from_raw_parts_mut};

#[unsafe(no_mangle)]
pub unsafe extern "C" fn triad(a: *mut f64, b: *const f64, c: *const f64, n: usize, s: f64) {
    let (a, b, c) = unsafe { (from_raw_parts_mut(a, n), from_raw_parts(b, n), from_raw_parts(c, n)) };
    // parallel: yes - each iteration owns a[i]; b and c are only read.
    for i in 0..n {
        a[i] = b[i] + s * c[i];
    }
}
