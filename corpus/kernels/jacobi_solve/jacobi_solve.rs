//! A Jacobi step for a dense system of f64: every unknown from the old values of the others.

use std::slice::{from_raw_parts, from_raw_parts_mut};

#[unsafe(no_mangle)]
pub unsafe extern "C" fn jacobi_solve(out: *mut f64, a: *const f64, b: *const f64, x: *const f64, n: usize) {
    let (out, a, b) = unsafe { (from_raw_parts_mut(out, n), from_raw_parts(a, n * n), from_raw_parts(b, n)) };
    let x = unsafe { from_raw_parts(x, n) };
    // parallel: yes - each iteration owns out[i] (guard: out is disjoint from the others).
    for i in 0..n {
        let mut sum = b[i];
        // parallel: no - a float sum keeps its order.
        for j in 0..n {
            if j != i {
                sum -= a[i * n + j] * x[j];
            }
        }
        out[i] = sum / a[i * n + i];
    }
}
