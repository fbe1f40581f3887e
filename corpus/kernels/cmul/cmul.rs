//! Products of complex numbers stored as interleaved re, im pairs of f64.

use std::slice::{from_raw_parts, from_raw_parts_mut};

#[unsafe(no_mangle)]
pub unsafe extern "C" fn cmul(out: *mut f64, a: *const f64, b: *const f64, n: usize) {
    let (out, a, b) = unsafe { (from_raw_parts_mut(out, 2 * n), from_raw_parts(a, 2 * n), from_raw_parts(b, 2 * n)) };
    // parallel: yes - each iteration owns one pair of out (guard: out is disjoint from a and b).
    for ((out, a), b) in out.chunks_exact_mut(2).zip(a.chunks_exact(2)).zip(b.chunks_exact(2)) {
        out[0] = a[0] * b[0] - a[1] * b[1];
        out[1] = a[0] * b[1] + a[1] * b[0];
    }
}
