//! Fixed-point arithmetic through i64: products of 16.16 numbers, and means that can't overflow.

use std::slice::{from_raw_parts, from_raw_parts_mut};

#[unsafe(no_mangle)]
pub unsafe extern "C" fn mul_q16(out: *mut i32, a: *const i32, b: *const i32, n: usize) {
    let (out, a, b) = unsafe { (from_raw_parts_mut(out, n), from_raw_parts(a, n), from_raw_parts(b, n)) };
    // parallel: yes - each iteration owns out[i].
    for i in 0..n {
        out[i] = ((i64::from(a[i]) * i64::from(b[i]) + 0x8000) >> 16) as i32;
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn mean_i64(out: *mut i64, a: *const i64, b: *const i64, n: usize) {
    let (out, a, b) = unsafe { (from_raw_parts_mut(out, n), from_raw_parts(a, n), from_raw_parts(b, n)) };
    // parallel: yes - each iteration owns out[i].
    for i in 0..n {
        out[i] = (a[i] & b[i]).wrapping_add((a[i] ^ b[i]) >> 1);
    }
}
