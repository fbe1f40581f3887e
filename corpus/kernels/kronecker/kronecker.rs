//! The Kronecker product of two matrices of f32.

use std::slice::{from_raw_parts, from_raw_parts_mut};

#[unsafe(no_mangle)]
pub unsafe extern "C" fn kronecker(
    out: *mut f32,
    a: *const f32,
    b: *const f32,
    n: usize,
    m: usize,
    p: usize,
    q: usize,
) {
    let (out, a, b) =
        unsafe { (from_raw_parts_mut(out, n * m * p * q), from_raw_parts(a, n * m), from_raw_parts(b, p * q)) };
    // parallel: yes - each iteration owns p rows of out (guard: out is disjoint from a and b).
    for i in 0..n {
        // parallel: yes - each iteration owns one block of out.
        for j in 0..m {
            // parallel: yes - each iteration owns one row of the block.
            for k in 0..p {
                // parallel: yes - each iteration owns one element; a failing index check is a bail.
                for l in 0..q {
                    out[(i * p + k) * m * q + j * q + l] = a[i * m + j] * b[k * q + l];
                }
            }
        }
    }
}
