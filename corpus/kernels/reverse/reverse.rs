//! Copies i32 elements in reverse order.

use std::slice::{from_raw_parts, from_raw_parts_mut};

#[unsafe(no_mangle)]
pub unsafe extern "C" fn reverse(dst: *mut i32, src: *const i32, n: usize) {
    let (dst, src) = unsafe { (from_raw_parts_mut(dst, n), from_raw_parts(src, n)) };
    // parallel: yes - each iteration owns one element of dst; src is read with a negative stride (guard: disjoint).
    for (dst, src) in dst.iter_mut().zip(src.iter().rev()) {
        *dst = *src;
    }
}
