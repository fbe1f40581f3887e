//! A filter of eight fixed taps that keeps every second sample, f32, with checked indices; `input` has 2 n + 6 elements.

use std::slice::{from_raw_parts, from_raw_parts_mut};

#[unsafe(no_mangle)]
pub unsafe extern "C" fn fir8(out: *mut f32, input: *const f32, w: *const f32, n: usize) {
    let (out, input) = unsafe { (from_raw_parts_mut(out, n), from_raw_parts(input, 2 * n + 6)) };
    let w = unsafe { from_raw_parts(w, 8) };
    // parallel: yes - each iteration owns out[i]; a failing index check is a bail (guard: out is disjoint).
    for i in 0..n {
        let mut sum = 0.0;
        // parallel: no - a float sum keeps its order; eight steps, usually unrolled.
        for k in 0..8 {
            sum += w[k] * input[2 * i + k];
        }
        out[i] = sum;
    }
}
