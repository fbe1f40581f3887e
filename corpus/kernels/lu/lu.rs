//! LU factorisation of a matrix of f64 in place, without pivots.

use std::slice::from_raw_parts_mut;

#[unsafe(no_mangle)]
pub unsafe extern "C" fn lu(a: *mut f64, n: usize) {
    let a = unsafe { from_raw_parts_mut(a, n * n) };
    // parallel: no - every step needs the steps before.
    for k in 0..n {
        // parallel: yes - each iteration owns one row below the pivot; the pivot's row is only read.
        for i in k + 1..n {
            let f = a[i * n + k] / a[k * n + k];
            a[i * n + k] = f;
            // parallel: yes - each iteration owns one element of the row; a failing index check is a bail.
            for j in k + 1..n {
                a[i * n + j] -= f * a[k * n + j];
            }
        }
    }
}
