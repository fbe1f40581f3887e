//! The autocorrelation of n f32 at each lag below m; the input has n + m elements.

use std::slice::{from_raw_parts, from_raw_parts_mut};

#[unsafe(no_mangle)]
pub unsafe extern "C" fn autocorrelation(out: *mut f32, x: *const f32, n: usize, m: usize) {
    let (out, x) = unsafe { (from_raw_parts_mut(out, m), from_raw_parts(x, n + m)) };
    // parallel: yes - each iteration owns out[k] (guard: disjoint).
    for k in 0..m {
        let mut sum = 0.0;
        // parallel: no - a float sum keeps its order.
        for i in 0..n {
            sum += x[i] * x[i + k];
        }
        out[k] = sum;
    }
}
