//! Recurrences: x[i] from x[i - 1] and from x[i - 4], f64, and the numbers of a linear congruential generator.

use std::slice::from_raw_parts_mut;

#[unsafe(no_mangle)]
pub unsafe extern "C" fn first_order(x: *mut f64, n: usize, a: f64) {
    let x = unsafe { from_raw_parts_mut(x, n) };
    // parallel: no - every element needs the one before.
    for i in 1..n {
        x[i] += a * x[i - 1];
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn fourth(x: *mut f64, n: usize, a: f64) {
    let x = unsafe { from_raw_parts_mut(x, n) };
    // parallel: no - every element needs the one four places before.
    for i in 4..n {
        x[i] += a * x[i - 4];
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn congruential(out: *mut u32, n: usize, seed: i32) -> i32 {
    let out = unsafe { from_raw_parts_mut(out, n) };
    let mut s = seed as u32;
    // parallel: no - every number needs the one before.
    for out in out {
        s = s.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        *out = s >> 8;
    }
    s as i32
}
