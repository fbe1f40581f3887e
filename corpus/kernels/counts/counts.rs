//! Integer reductions: how many lie above a limit, whether all do, the sum of squares, the product.

use std::slice::from_raw_parts;

#[unsafe(no_mangle)]
pub unsafe extern "C" fn above(x: *const i32, n: usize, limit: i32) -> i32 {
    let x = unsafe { from_raw_parts(x, n) };
    let mut count = 0;
    // parallel: yes - a wrapping integer sum may be reassociated.
    for x in x {
        if *x > limit {
            count += 1;
        }
    }
    count
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn all_above(x: *const i16, n: usize, limit: i32) -> i32 {
    let x = unsafe { from_raw_parts(x, n) };
    let mut all = 1;
    // parallel: yes - an integer and is associative and commutative.
    for x in x {
        all &= i32::from(i32::from(*x) > limit);
    }
    all
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn squares(x: *const i16, n: usize) -> i64 {
    let x = unsafe { from_raw_parts(x, n) };
    let mut sum = 0i64;
    // parallel: yes - a wrapping integer sum may be reassociated.
    for x in x {
        sum += i64::from(i32::from(*x) * i32::from(*x));
    }
    sum
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn product(x: *const u32, n: usize) -> i32 {
    let x = unsafe { from_raw_parts(x, n) };
    let mut p = 1u32;
    // parallel: yes - a wrapping integer product may be reassociated.
    for x in x {
        p = p.wrapping_mul(*x | 1);
    }
    p as i32
}
