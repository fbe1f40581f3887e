//! Solves n tridiagonal systems of m unknowns, f64; the systems lie side by side, so that element k of system i is at
//! k * n + i. The upper diagonal and the right-hand side are overwritten.

use std::slice::{from_raw_parts, from_raw_parts_mut};

#[unsafe(no_mangle)]
pub unsafe extern "C" fn thomas(x: *mut f64, up: *mut f64, low: *const f64, diag: *const f64, n: usize, m: usize) {
    let (x, up, low) =
        unsafe { (from_raw_parts_mut(x, n * m), from_raw_parts_mut(up, n * m), from_raw_parts(low, n * m)) };
    let diag = unsafe { from_raw_parts(diag, n * m) };
    // parallel: yes - each iteration owns one system (guard: x, up, low and diag are disjoint).
    for i in 0..n {
        up[i] /= diag[i];
        x[i] /= diag[i];
        // parallel: no - every unknown needs the one before.
        for k in 1..m {
            let at = k * n + i;
            let d = diag[at] - low[at] * up[at - n];
            up[at] /= d;
            x[at] = (x[at] - low[at] * x[at - n]) / d;
        }
        // parallel: no - every unknown needs the one after.
        for k in (0..m - 1).rev() {
            x[k * n + i] -= up[k * n + i] * x[(k + 1) * n + i];
        }
    }
}
