//! C = A B over i8 with sums of i32.

use std::slice::{from_raw_parts, from_raw_parts_mut};

#[unsafe(no_mangle)]
pub unsafe extern "C" fn igemm(c: *mut i32, a: *const i8, b: *const i8, n: usize, m: usize, k: usize) {
    let (c, a, b) = unsafe { (from_raw_parts_mut(c, n * m), from_raw_parts(a, n * k), from_raw_parts(b, k * m)) };
    // parallel: yes - each iteration owns one row of c (guard: c is disjoint from a and b).
    for i in 0..n {
        // parallel: yes - each iteration owns one element of c.
        for j in 0..m {
            let mut sum = 0i32;
            // parallel: yes - a wrapping integer sum may be reassociated; a failing index check is a bail.
            for l in 0..k {
                sum = sum.wrapping_add(i32::from(a[i * k + l]) * i32::from(b[l * m + j]));
            }
            c[i * m + j] = sum;
        }
    }
}
