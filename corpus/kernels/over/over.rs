//! Lays premultiplied RGBA pixels over others: every channel of the lower one is weakened by the alpha of the upper
//! one.

use std::slice::{from_raw_parts, from_raw_parts_mut};

#[unsafe(no_mangle)]
pub unsafe extern "C" fn over(dst: *mut u8, src: *const u8, n: usize) {
    let (dst, src) = unsafe { (from_raw_parts_mut(dst, 4 * n), from_raw_parts(src, 4 * n)) };
    // parallel: yes - each iteration owns the four bytes of its pixel (guard: dst and src are the same or
    // disjoint).
    for i in 0..n {
        let rest = 255 - u32::from(src[4 * i + 3]);
        // parallel: yes - each iteration owns one byte; a failing index check is a bail.
        for c in 0..4 {
            let v = u32::from(src[4 * i + c]) + (u32::from(dst[4 * i + c]) * rest + 127) / 255;
            dst[4 * i + c] = v.min(255) as u8;
        }
    }
}
