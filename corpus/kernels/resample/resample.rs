//! Linear interpolation of n f32 at a step of 16.16 fixed point; the source reaches as far as the steps do.

use std::slice::{from_raw_parts, from_raw_parts_mut};

#[unsafe(no_mangle)]
pub unsafe extern "C" fn resample(out: *mut f32, x: *const f32, n: usize, step: i32) {
    let (out, x) = unsafe { (from_raw_parts_mut(out, n), from_raw_parts(x, 2 * n + 2)) };
    // parallel: yes - each iteration owns out[i]; where it reads follows from the step; a failing index check is
    // a bail (guard: disjoint).
    for i in 0..n {
        let at = i * step as usize;
        let part = (at & 0xffff) as f32 * (1.0 / 65536.0);
        out[i] = x[at >> 16] + part * (x[(at >> 16) + 1] - x[at >> 16]);
    }
}
