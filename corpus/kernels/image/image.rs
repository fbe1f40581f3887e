//! Point operations on 8-bit pixels: a clamped brightness shift, and a threshold that stores conditionally.

use std::slice::{from_raw_parts, from_raw_parts_mut};

#[unsafe(no_mangle)]
pub unsafe extern "C" fn brighten(dst: *mut u8, src: *const u8, n: usize, delta: i32) {
    let (dst, src) = unsafe { (from_raw_parts_mut(dst, n), from_raw_parts(src, n)) };
    // parallel: yes - each iteration owns one byte of dst.
    for (dst, src) in dst.iter_mut().zip(src) {
        *dst = i32::from(*src).wrapping_add(delta).clamp(0, 255) as u8;
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn threshold(dst: *mut u8, src: *const u8, n: usize, limit: i32) {
    let (dst, src) = unsafe { (from_raw_parts_mut(dst, n), from_raw_parts(src, n)) };
    // parallel: yes - each iteration writes dst[i] or nothing.
    for i in 0..n {
        if i32::from(src[i]) > limit {
            dst[i] = 255;
        }
    }
}
