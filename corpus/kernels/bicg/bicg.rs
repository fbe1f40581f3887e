//! q = A p and s += A^T r in one sweep over a matrix of f64.

use std::slice::{from_raw_parts, from_raw_parts_mut};

#[unsafe(no_mangle)]
pub unsafe extern "C" fn bicg(
    s: *mut f64,
    q: *mut f64,
    a: *const f64,
    p: *const f64,
    r: *const f64,
    rows: usize,
    cols: usize,
) {
    let (s, q, a) =
        unsafe { (from_raw_parts_mut(s, cols), from_raw_parts_mut(q, rows), from_raw_parts(a, rows * cols)) };
    let (p, r) = unsafe { (from_raw_parts(p, cols), from_raw_parts(r, rows)) };
    // parallel: no - every row adds to the same sums s.
    for i in 0..rows {
        let mut sum = 0.0;
        // parallel: no - a float sum keeps its order.
        for j in 0..cols {
            s[j] += r[i] * a[i * cols + j];
            sum += a[i * cols + j] * p[j];
        }
        q[i] = sum;
    }
}
