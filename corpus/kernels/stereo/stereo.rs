//! Interleaves two channels of i16, and separates them.

use std::slice::{from_raw_parts, from_raw_parts_mut};

#[unsafe(no_mangle)]
pub unsafe extern "C" fn interleave(out: *mut i16, left: *const i16, right: *const i16, n: usize) {
    let (out, left, right) =
        unsafe { (from_raw_parts_mut(out, 2 * n), from_raw_parts(left, n), from_raw_parts(right, n)) };
    // parallel: yes - each iteration owns two neighbours of out; a failing index check is a bail (guard: out is
    // disjoint from both channels).
    for i in 0..n {
        out[2 * i] = left[i];
        out[2 * i + 1] = right[i];
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn separate(left: *mut i16, right: *mut i16, src: *const i16, n: usize) {
    let (left, right, src) =
        unsafe { (from_raw_parts_mut(left, n), from_raw_parts_mut(right, n), from_raw_parts(src, 2 * n)) };
    // parallel: yes - each iteration owns left[i] and right[i]; a failing index check is a bail (guard: the
    // three arrays are disjoint).
    for ((left, right), pair) in left.iter_mut().zip(right).zip(src.chunks_exact(2)) {
        *left = pair[0];
        *right = pair[1];
    }
}
