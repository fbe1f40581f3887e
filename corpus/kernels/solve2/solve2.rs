//! Solves n systems of two unknowns, f64; the determinant decides between the solution and zeros.

use std::slice::{from_raw_parts, from_raw_parts_mut};

#[unsafe(no_mangle)]
pub unsafe extern "C" fn solve2(x: *mut f64, a: *const f64, b: *const f64, n: usize) {
    let (x, a, b) = unsafe { (from_raw_parts_mut(x, 2 * n), from_raw_parts(a, 4 * n), from_raw_parts(b, 2 * n)) };
    // parallel: yes - each iteration owns one solution; a failing index check is a bail (guard: x is disjoint
    // from a and b).
    for ((x, m), b) in x.chunks_exact_mut(2).zip(a.chunks_exact(4)).zip(b.chunks_exact(2)) {
        let d = m[0] * m[3] - m[1] * m[2];
        let (mut p, mut q) = (0.0, 0.0);
        if d != 0.0 {
            p = (m[3] * b[0] - m[1] * b[1]) / d;
            q = (m[0] * b[1] - m[2] * b[0]) / d;
        }
        x[0] = p;
        x[1] = q;
    }
}
