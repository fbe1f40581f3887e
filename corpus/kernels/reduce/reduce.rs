//! Integer reductions of an i32 array.

use std::slice::from_raw_parts;

#[unsafe(no_mangle)]
pub unsafe extern "C" fn xor_i32(x: *const i32, n: usize) -> i32 {
    let mut acc: i32 = 0;
    // parallel: yes - xor of integers is associative and commutative.
    for x in unsafe { from_raw_parts(x, n) } {
        acc = acc ^ *x;
    }
    acc
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn and_i32(x: *const i32, n: usize) -> i32 {
    let mut acc: i32 = -1;
    // parallel: yes - and of integers is associative and commutative.
    for x in unsafe { from_raw_parts(x, n) } {
        acc = acc & *x;
    }
    acc
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn or_i32(x: *const i32, n: usize) -> i32 {
    let mut acc: i32 = 0;
    // parallel: yes - or of integers is associative and commutative.
    for x in unsafe { from_raw_parts(x, n) } {
        acc = acc | *x;
    }
    acc
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn min_i32(x: *const i32, n: usize) -> i32 {
    let mut acc: i32 = i32::MAX;
    // parallel: yes - min of integers is associative and commutative.
    for x in unsafe { from_raw_parts(x, n) } {
        acc = acc.min(*x);
    }
    acc
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn max_i32(x: *const i32, n: usize) -> i32 {
    let mut acc: i32 = i32::MIN;
    // parallel: yes - max of integers is associative and commutative.
    for x in unsafe { from_raw_parts(x, n) } {
        acc = acc.max(*x);
    }
    acc
}
