//! C = A B^T over f32: rows with rows.

use std::slice::{from_raw_parts, from_raw_parts_mut};

#[unsafe(no_mangle)]
pub unsafe extern "C" fn sgemm_nt(c: *mut f32, a: *const f32, b: *const f32, n: usize, m: usize, k: usize) {
    let (c, a, b) = unsafe { (from_raw_parts_mut(c, n * m), from_raw_parts(a, n * k), from_raw_parts(b, m * k)) };
    // parallel: yes - each iteration owns one row of c (guard: c is disjoint from a and b).
    for i in 0..n {
        // parallel: yes - each iteration owns one element of c.
        for j in 0..m {
            let mut sum = 0.0;
            // parallel: no - a float sum keeps its order.
            for l in 0..k {
                sum += a[i * k + l] * b[j * k + l];
            }
            c[i * m + j] = sum;
        }
    }
}
