//! The median of each byte and its two neighbours.

use std::slice::{from_raw_parts, from_raw_parts_mut};

#[unsafe(no_mangle)]
pub unsafe extern "C" fn median3(out: *mut u8, src: *const u8, n: usize) {
    let (out, src) = unsafe { (from_raw_parts_mut(out, n), from_raw_parts(src, n)) };
    // parallel: yes - each iteration owns out[i]; a failing index check is a bail (guard: disjoint).
    for i in 1..n.saturating_sub(1) {
        let (a, b, c) = (src[i - 1], src[i], src[i + 1]);
        out[i] = a.min(b).max(a.max(b).min(c));
    }
}
