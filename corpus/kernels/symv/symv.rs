//! y = A x for a symmetric matrix of f64 of which only the lower triangle is read.

use std::slice::{from_raw_parts, from_raw_parts_mut};

#[unsafe(no_mangle)]
pub unsafe extern "C" fn symv(y: *mut f64, a: *const f64, x: *const f64, n: usize) {
    let (y, a, x) = unsafe { (from_raw_parts_mut(y, n), from_raw_parts(a, n * n), from_raw_parts(x, n)) };
    // parallel: yes - each iteration owns y[i] (guard: y is disjoint from a and x).
    for i in 0..n {
        let mut sum = 0.0;
        // parallel: no - a float sum keeps its order.
        for j in 0..i + 1 {
            sum += a[i * n + j] * x[j];
        }
        // parallel: no - a float sum keeps its order.
        for j in i + 1..n {
            sum += a[j * n + i] * x[j];
        }
        y[i] = sum;
    }
}
