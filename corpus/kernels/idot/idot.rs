//! Integer sums over pairs: the dot product of i16, and the sum of absolute differences of u8.

use std::slice::from_raw_parts;

#[unsafe(no_mangle)]
pub unsafe extern "C" fn dot_i16(a: *const i16, b: *const i16, n: usize) -> i32 {
    let (a, b) = unsafe { (from_raw_parts(a, n), from_raw_parts(b, n)) };
    let mut sum = 0i32;
    // parallel: yes - a wrapping integer sum may be reassociated.
    for i in 0..n {
        sum = sum.wrapping_add(i32::from(a[i]) * i32::from(b[i]));
    }
    sum
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn differences_u8(a: *const u8, b: *const u8, n: usize) -> u32 {
    let (a, b) = unsafe { (from_raw_parts(a, n), from_raw_parts(b, n)) };
    let mut sum = 0u32;
    // parallel: yes - a wrapping integer sum may be reassociated.
    for i in 0..n {
        sum = sum.wrapping_add(u32::from(a[i].abs_diff(b[i])));
    }
    sum
}
