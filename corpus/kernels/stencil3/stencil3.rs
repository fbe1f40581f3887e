//! Three-point smoothing over f64 with sliding windows; the two ends of `out` are left alone.

use std::slice::{from_raw_parts, from_raw_parts_mut};

#[unsafe(no_mangle)]
pub unsafe extern "C" fn stencil3(out: *mut f64, input: *const f64, n: usize) {
    if n < 3 {
        return;
    }
    let (out, input) = unsafe { (from_raw_parts_mut(out, n), from_raw_parts(input, n)) };
    // parallel: yes - each iteration owns one element of out; the window is read from the other array (guard: disjoint).
    for (out, near) in out[1..].iter_mut().zip(input.windows(3)) {
        *out = 0.25 * near[0] + 0.5 * near[1] + 0.25 * near[2];
    }
}
