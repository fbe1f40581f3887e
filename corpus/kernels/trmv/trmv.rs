//! y = U x for an upper triangle of f32.

use std::slice::{from_raw_parts, from_raw_parts_mut};

#[unsafe(no_mangle)]
pub unsafe extern "C" fn trmv(y: *mut f32, u: *const f32, x: *const f32, n: usize) {
    let (y, u, x) = unsafe { (from_raw_parts_mut(y, n), from_raw_parts(u, n * n), from_raw_parts(x, n)) };
    // parallel: yes - each iteration owns y[i] (guard: y is disjoint from u and x).
    for i in 0..n {
        let mut sum = 0.0;
        // parallel: no - a float sum keeps its order.
        for j in i..n {
            sum += u[i * n + j] * x[j];
        }
        y[i] = sum;
    }
}
