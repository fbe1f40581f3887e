//! Loops whose counters and lengths are 64 bits wide: y += a * x, and every third element.

use std::slice::{from_raw_parts, from_raw_parts_mut};

#[unsafe(no_mangle)]
pub unsafe extern "C" fn saxpy64(y: *mut f32, x: *const f32, n: i64, a: f32) {
    let (y, x) = unsafe { (from_raw_parts_mut(y, 1000), from_raw_parts(x, 1000)) };
    // parallel: yes - each iteration owns y[i]; x is only read; a failing index check is a bail (guard: y and x
    // are the same or disjoint).
    for i in 0..n {
        y[i as usize] += a * x[i as usize];
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn thirds(out: *mut f64, x: *const f64, n: i64) {
    let (out, x) = unsafe { (from_raw_parts_mut(out, 400), from_raw_parts(x, 1200)) };
    // parallel: yes - each iteration owns one element of out; a failing index check is a bail (guard: disjoint).
    for i in (0..n).step_by(3) {
        out[(i / 3) as usize] = x[i as usize] * 0.5;
    }
}
