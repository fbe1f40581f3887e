//! Forces between particles on a line by lists of m neighbours each; those too far away are skipped, f64.

use std::slice::{from_raw_parts, from_raw_parts_mut};

#[unsafe(no_mangle)]
pub unsafe extern "C" fn lennard(f: *mut f64, x: *const f64, near: *const u32, n: usize, m: usize, cut: f64) {
    let (f, x, near) = unsafe { (from_raw_parts_mut(f, n), from_raw_parts(x, n), from_raw_parts(near, n * m)) };
    // parallel: yes - each iteration owns f[i]; what the lists pick is only read (guard: f is disjoint from x
    // and near).
    for i in 0..n {
        let mut sum = 0.0;
        // parallel: no - a float sum keeps its order.
        for k in 0..m {
            let d = x[i] - x[near[i * m + k] as usize];
            let r = d * d;
            if r >= cut || r == 0.0 {
                continue;
            }
            let s = 1.0 / (r * r * r);
            sum += (48.0 * s - 24.0) * s * d / r;
        }
        f[i] = sum;
    }
}
