//! y = A x for a band matrix of f64 with w diagonals on either side, stored by rows of 2 w + 1.

use std::slice::{from_raw_parts, from_raw_parts_mut};

#[unsafe(no_mangle)]
pub unsafe extern "C" fn band(y: *mut f64, a: *const f64, x: *const f64, n: usize, w: usize) {
    let (y, a, x) = unsafe { (from_raw_parts_mut(y, n), from_raw_parts(a, 2 * n * w + n), from_raw_parts(x, n)) };
    // parallel: yes - each iteration owns y[i] (guard: y is disjoint from a and x).
    for i in 0..n {
        let mut sum = 0.0;
        // parallel: no - a float sum keeps its order.
        for j in i.saturating_sub(w)..(i + w + 1).min(n) {
            sum += a[i * (2 * w + 1) + j + w - i] * x[j];
        }
        y[i] = sum;
    }
}
