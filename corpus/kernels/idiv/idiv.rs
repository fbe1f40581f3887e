//! Signed quotient and remainder of i32; a zero divisor panics.

use std::slice::{from_raw_parts, from_raw_parts_mut};

#[unsafe(no_mangle)]
pub unsafe extern "C" fn div_i32(c: *mut i32, a: *const i32, b: *const i32, n: usize) {
    let (c, a, b) = unsafe { (from_raw_parts_mut(c, n), from_raw_parts(a, n), from_raw_parts(b, n)) };
    // parallel: yes - each iteration owns c[i]; the panic is a bail.
    for i in 0..n {
        c[i] = a[i] / b[i];
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn rem_i32(c: *mut i32, a: *const i32, b: *const i32, n: usize) {
    let (c, a, b) = unsafe { (from_raw_parts_mut(c, n), from_raw_parts(a, n), from_raw_parts(b, n)) };
    // parallel: yes - each iteration owns c[i]; the panic is a bail.
    for i in 0..n {
        c[i] = a[i] % b[i];
    }
}
