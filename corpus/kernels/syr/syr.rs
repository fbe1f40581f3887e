//! Symmetric updates of the lower triangle of f64: A += x x^T, and C += A A^T.

use std::slice::{from_raw_parts, from_raw_parts_mut};

#[unsafe(no_mangle)]
pub unsafe extern "C" fn syr(a: *mut f64, x: *const f64, n: usize) {
    let (a, x) = unsafe { (from_raw_parts_mut(a, n * n), from_raw_parts(x, n)) };
    // parallel: yes - each iteration owns one row of the triangle (guard: disjoint).
    for i in 0..n {
        // parallel: yes - each iteration owns one element; a failing index check is a bail.
        for j in 0..i + 1 {
            a[i * n + j] += x[i] * x[j];
        }
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn syrk(c: *mut f64, a: *const f64, n: usize, k: usize) {
    let (c, a) = unsafe { (from_raw_parts_mut(c, n * n), from_raw_parts(a, n * k)) };
    // parallel: yes - each iteration owns one row of the triangle (guard: disjoint).
    for i in 0..n {
        // parallel: yes - each iteration owns one element.
        for j in 0..i + 1 {
            let mut sum = c[i * n + j];
            // parallel: no - a float sum keeps its order.
            for l in 0..k {
                sum += a[i * k + l] * a[j * k + l];
            }
            c[i * n + j] = sum;
        }
    }
}
