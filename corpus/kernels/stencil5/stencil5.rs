//! A five-point stencil of a line with weights from an array, f32.

use std::slice::{from_raw_parts, from_raw_parts_mut};

#[unsafe(no_mangle)]
pub unsafe extern "C" fn stencil5(out: *mut f32, src: *const f32, w: *const f32, n: usize) {
    let (out, src, w) = unsafe { (from_raw_parts_mut(out, n), from_raw_parts(src, n), from_raw_parts(w, 5)) };
    // parallel: yes - each iteration owns out[i]; src and w are only read; a failing index check is a bail
    // (guard: disjoint).
    for i in 2..n.saturating_sub(2) {
        out[i] = w[0] * src[i - 2] + w[1] * src[i - 1] + w[2] * src[i] + w[3] * src[i + 1] + w[4] * src[i + 2];
    }
}
