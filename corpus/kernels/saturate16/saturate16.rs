//! Saturating sums of i16 and rounded means of u16.

use std::slice::{from_raw_parts, from_raw_parts_mut};

#[unsafe(no_mangle)]
pub unsafe extern "C" fn add_i16(out: *mut i16, a: *const i16, b: *const i16, n: usize) {
    let (out, a, b) = unsafe { (from_raw_parts_mut(out, n), from_raw_parts(a, n), from_raw_parts(b, n)) };
    // parallel: yes - each iteration owns out[i]; a failing index check is a bail (guard: out is the same as a
    // and b or disjoint).
    for i in 0..n {
        out[i] = a[i].saturating_add(b[i]);
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn mean_u16(out: *mut u16, a: *const u16, b: *const u16, n: usize) {
    let (out, a, b) = unsafe { (from_raw_parts_mut(out, n), from_raw_parts(a, n), from_raw_parts(b, n)) };
    // parallel: yes - each iteration owns out[i]; a failing index check is a bail (guard: out is the same as a
    // and b or disjoint).
    for i in 0..n {
        out[i] = ((u32::from(a[i]) + u32::from(b[i]) + 1) >> 1) as u16;
    }
}
