//! Follows links: one chain to its end, and two links for each of n elements.

use std::slice::{from_raw_parts, from_raw_parts_mut};

#[unsafe(no_mangle)]
pub unsafe extern "C" fn chase(next: *const u32, n: usize, steps: i32) -> i32 {
    let next = unsafe { from_raw_parts(next, n) };
    let mut at = 0u32;
    // parallel: no - every step starts where the one before has ended.
    for _ in 0..steps {
        at = next[at as usize];
    }
    at as i32
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn two_links(out: *mut u32, next: *const u32, n: usize) {
    let (out, next) = unsafe { (from_raw_parts_mut(out, n), from_raw_parts(next, n)) };
    // parallel: yes - each iteration owns out[i]; the links are only read; a failing index check is a bail
    // (guard: disjoint).
    for i in 0..n {
        out[i] = next[next[i] as usize];
    }
}
