//! Integer sums: wrapping i32, and i32 widened into an i64 accumulator.

use std::slice::from_raw_parts;

#[unsafe(no_mangle)]
pub unsafe extern "C" fn sum_i32(x: *const i32, n: usize) -> i32 {
    let x = unsafe { from_raw_parts(x, n) };
    // parallel: yes - a wrapping integer sum may be reassociated.
    x.iter().fold(0, |sum, x| sum.wrapping_add(*x))
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn sum_wide(x: *const i32, n: usize) -> i64 {
    let x = unsafe { from_raw_parts(x, n) };
    // parallel: yes - a wrapping integer sum may be reassociated.
    x.iter().map(|x| i64::from(*x)).sum()
}
