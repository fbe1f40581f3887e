//! Two ways to lay one 8-bit image over another: a saturating sum, and a mix by a mask.

use std::slice::{from_raw_parts, from_raw_parts_mut};

#[unsafe(no_mangle)]
pub unsafe extern "C" fn add_saturating(dst: *mut u8, src: *const u8, n: usize) {
    let (dst, src) = unsafe { (from_raw_parts_mut(dst, n), from_raw_parts(src, n)) };
    // parallel: yes - each iteration reads and writes one byte of dst (guard: the same or disjoint).
    for (dst, src) in dst.iter_mut().zip(src) {
        *dst = dst.saturating_add(*src);
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn mix_by_mask(out: *mut u8, a: *const u8, b: *const u8, mask: *const u8, n: usize) {
    let (out, mask) = unsafe { (from_raw_parts_mut(out, n), from_raw_parts(mask, n)) };
    let (a, b) = unsafe { (from_raw_parts(a, n), from_raw_parts(b, n)) };
    // parallel: yes - each iteration owns one byte of out (guard: disjoint from the others).
    for i in 0..n {
        let [a, b, m] = [a[i], b[i], mask[i]].map(u32::from);
        out[i] = ((a * m + b * (255 - m) + 127) / 255) as u8;
    }
}
