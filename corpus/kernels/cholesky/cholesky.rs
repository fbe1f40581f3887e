//! Cholesky factorisation of a matrix of f64 in place, column by column; the lower triangle is read and written.

use std::slice::from_raw_parts_mut;

#[unsafe(no_mangle)]
pub unsafe extern "C" fn cholesky(a: *mut f64, n: usize) {
    let a = unsafe { from_raw_parts_mut(a, n * n) };
    // parallel: no - every column needs the columns before.
    for k in 0..n {
        let root = a[k * n + k].sqrt();
        a[k * n + k] = root;
        // parallel: yes - each iteration owns one element of the column; a failing index check is a bail.
        for i in k + 1..n {
            a[i * n + k] /= root;
        }
        // parallel: yes - each iteration owns one row of the rest; it reads the finished column.
        for i in k + 1..n {
            // parallel: yes - each iteration owns one element of its row; a failing index check is a bail.
            for j in k + 1..i + 1 {
                a[i * n + j] -= a[i * n + k] * a[j * n + k];
            }
        }
    }
}
