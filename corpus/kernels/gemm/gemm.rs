//! C += A B for row-major f64 matrices (n x k times k x m), in two loop orders.

use std::slice::{from_raw_parts, from_raw_parts_mut};

#[unsafe(no_mangle)]
pub unsafe extern "C" fn gemm_ikj(c: *mut f64, a: *const f64, b: *const f64, n: usize, m: usize, k: usize) {
    if m == 0 || k == 0 {
        return;
    }
    let (c, a, b) = unsafe { (from_raw_parts_mut(c, n * m), from_raw_parts(a, n * k), from_raw_parts(b, k * m)) };
    // parallel: yes - each iteration owns one row of c (guard: c is disjoint from a and b).
    for (row, a) in c.chunks_exact_mut(m).zip(a.chunks_exact(k)) {
        // parallel: no - every step adds to the same row, in order.
        for (a, b) in a.iter().zip(b.chunks_exact(m)) {
            // parallel: yes - each iteration owns one element of the row.
            for (c, b) in row.iter_mut().zip(b) {
                *c += a * b;
            }
        }
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn gemm_ijk(c: *mut f64, a: *const f64, b: *const f64, n: usize, m: usize, k: usize) {
    let (c, a, b) = unsafe { (from_raw_parts_mut(c, n * m), from_raw_parts(a, n * k), from_raw_parts(b, k * m)) };
    // parallel: yes - each iteration owns one row of c (guard: c is disjoint from a and b).
    for i in 0..n {
        // parallel: yes - each iteration owns c[i][j].
        for j in 0..m {
            let mut sum = c[i * m + j];
            // parallel: no - a float sum keeps its order.
            for p in 0..k {
                sum += a[i * k + p] * b[p * m + j];
            }
            c[i * m + j] = sum;
        }
    }
}
