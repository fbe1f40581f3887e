//! A one-dimensional convolution of f32 with a runtime number of taps; `input` has n + taps - 1 elements.

use std::slice::{from_raw_parts, from_raw_parts_mut};

#[unsafe(no_mangle)]
pub unsafe extern "C" fn conv(out: *mut f32, input: *const f32, w: *const f32, n: usize, taps: usize) {
    if taps == 0 {
        return;
    }
    let (out, input) = unsafe { (from_raw_parts_mut(out, n), from_raw_parts(input, n + taps - 1)) };
    let w = unsafe { from_raw_parts(w, taps) };
    // parallel: yes - each iteration owns one element of out (guard: out is disjoint from input and w).
    for (out, near) in out.iter_mut().zip(input.windows(taps)) {
        let mut sum = 0.0;
        // parallel: no - a float sum keeps its order.
        for (w, x) in w.iter().zip(near) {
            sum += w * x;
        }
        *out = sum;
    }
}
