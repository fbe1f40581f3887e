//! Solves L X = B in place for many right-hand sides, f64; L is lower triangular.

use std::slice::{from_raw_parts, from_raw_parts_mut};

#[unsafe(no_mangle)]
pub unsafe extern "C" fn trsm(b: *mut f64, l: *const f64, n: usize, m: usize) {
    let (b, l) = unsafe { (from_raw_parts_mut(b, n * m), from_raw_parts(l, n * n)) };
    // parallel: no - every row needs the solution of the rows above.
    for i in 0..n {
        // parallel: no - each iteration subtracts from the same row.
        for k in 0..i {
            // parallel: yes - each iteration owns one element of the row; a failing index check is a bail
            // (guard: disjoint).
            for j in 0..m {
                b[i * m + j] -= l[i * n + k] * b[k * m + j];
            }
        }
        // parallel: yes - each iteration owns one element of the row; a failing index check is a bail (guard:
        // disjoint).
        for j in 0..m {
            b[i * m + j] /= l[i * n + i];
        }
    }
}
