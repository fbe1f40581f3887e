//! Elements through small functions that the compiler is told not to inline.

use std::slice::{from_raw_parts, from_raw_parts_mut};

#[inline(never)]
fn bend(x: f64, a: f64) -> f64 {
    if x < 0.0 { a * x } else { x + a }
}

#[inline(never)]
fn mix(x: u32) -> u32 {
    (x ^ (x >> 15)).wrapping_mul(0x2c1b_3c6d)
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn bend_all(x: *mut f64, n: usize, a: f64) {
    let x = unsafe { from_raw_parts_mut(x, n) };
    // parallel: yes - each iteration owns x[i]; the function only computes.
    for x in x {
        *x = bend(*x, a);
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn mix_all(out: *mut u32, x: *const u32, n: usize) {
    let (out, x) = unsafe { (from_raw_parts_mut(out, n), from_raw_parts(x, n)) };
    // parallel: yes - each iteration owns out[i]; the function only computes; a failing index check is a bail
    // (guard: out and x are the same or disjoint).
    for i in 0..n {
        out[i] = mix(x[i]).wrapping_add(mix(x[i].wrapping_add(1)));
    }
}
