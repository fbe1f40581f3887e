//! Differences on a ring of i32, whose neighbours are found by remainders.

use std::slice::{from_raw_parts, from_raw_parts_mut};

#[unsafe(no_mangle)]
pub unsafe extern "C" fn ring(out: *mut i32, src: *const i32, n: usize, reach: i32) {
    let (out, src) = unsafe { (from_raw_parts_mut(out, n), from_raw_parts(src, n)) };
    // parallel: yes - each iteration owns out[i]; where it reads is a remainder; a failing index check is a bail
    // (guard: disjoint).
    for i in 0..n {
        out[i] = src[(i + reach as usize) % n].wrapping_sub(src[i]);
    }
}
