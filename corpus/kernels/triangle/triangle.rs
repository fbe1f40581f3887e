//! Triangles of a square matrix of f64: the upper one becomes the mirror image of the lower one; every second element
//! right of the diagonal is negated.

use std::slice::from_raw_parts_mut;

#[unsafe(no_mangle)]
pub unsafe extern "C" fn mirror_up(a: *mut f64, n: usize) {
    let a = unsafe { from_raw_parts_mut(a, n * n) };
    // parallel: yes - each iteration owns the row of the upper triangle; what it reads lies below the diagonal.
    for i in 0..n {
        // parallel: yes - each iteration owns one element; a failing index check is a bail.
        for j in i + 1..n {
            a[i * n + j] = a[j * n + i];
        }
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn negate_second(a: *mut f64, n: usize) {
    let a = unsafe { from_raw_parts_mut(a, n * n) };
    // parallel: yes - each iteration owns one row.
    for i in 0..n {
        // parallel: yes - each iteration owns one element; a failing index check is a bail.
        for j in (i..n).step_by(2) {
            a[i * n + j] = -a[i * n + j];
        }
    }
}
