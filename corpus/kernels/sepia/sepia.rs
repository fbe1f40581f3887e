//! Brown tones: each new colour is a weighted sum of the three old ones; alpha stays.

use std::slice::{from_raw_parts, from_raw_parts_mut};

#[unsafe(no_mangle)]
pub unsafe extern "C" fn sepia(dst: *mut u8, src: *const u8, n: usize) {
    let (dst, src) = unsafe { (from_raw_parts_mut(dst, 4 * n), from_raw_parts(src, 4 * n)) };
    // parallel: yes - each iteration owns the four bytes of its pixel; a failing index check is a bail (guard:
    // dst and src are the same or disjoint).
    for i in 0..n {
        let [r, g, b] = [src[4 * i], src[4 * i + 1], src[4 * i + 2]].map(u32::from);
        dst[4 * i] = ((402 * r + 787 * g + 194 * b) >> 10).min(255) as u8;
        dst[4 * i + 1] = ((357 * r + 702 * g + 172 * b) >> 10).min(255) as u8;
        dst[4 * i + 2] = ((279 * r + 547 * g + 134 * b) >> 10) as u8;
        dst[4 * i + 3] = src[4 * i + 3];
    }
}
