//! Cross products of n pairs of vectors of three f64, one after the other.

use std::slice::{from_raw_parts, from_raw_parts_mut};

#[unsafe(no_mangle)]
pub unsafe extern "C" fn cross(out: *mut f64, a: *const f64, b: *const f64, n: usize) {
    let (out, a, b) = unsafe { (from_raw_parts_mut(out, 3 * n), from_raw_parts(a, 3 * n), from_raw_parts(b, 3 * n)) };
    // parallel: yes - each iteration owns the three elements of its product; a failing index check is a bail
    // (guard: out is disjoint from a and b).
    for ((out, p), q) in out.chunks_exact_mut(3).zip(a.chunks_exact(3)).zip(b.chunks_exact(3)) {
        out[0] = p[1] * q[2] - p[2] * q[1];
        out[1] = p[2] * q[0] - p[0] * q[2];
        out[2] = p[0] * q[1] - p[1] * q[0];
    }
}
