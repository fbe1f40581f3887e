//! Loops that count down to zero: a test at the end, a test at the start.

use std::slice::{from_raw_parts, from_raw_parts_mut};

#[unsafe(no_mangle)]
pub unsafe extern "C" fn down_do(x: *mut f32, n: usize, a: f32) {
    let x = unsafe { from_raw_parts_mut(x, n) };
    let mut i = n;
    // parallel: yes - each iteration owns one element; a failing index check is a bail.
    loop {
        i -= 1;
        x[i] *= a;
        if i == 0 {
            break;
        }
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn down_while(out: *mut i32, x: *const i32, n: usize) {
    let (out, x) = unsafe { (from_raw_parts_mut(out, n), from_raw_parts(x, n)) };
    let mut n = n;
    // parallel: yes - each iteration owns one element of out; a failing index check is a bail (guard: out and x
    // are the same or disjoint).
    while n > 0 {
        n -= 1;
        out[n] = x[n].wrapping_mul(3).wrapping_add(n as i32);
    }
}
