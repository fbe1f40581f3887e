//! Sums of rows of unequal length, one after the other, by the starts of the rows.

use std::slice::{from_raw_parts, from_raw_parts_mut};

#[unsafe(no_mangle)]
pub unsafe extern "C" fn ragged(out: *mut i32, start: *const u32, x: *const i32, n: usize, m: usize) {
    let (out, start, x) = unsafe { (from_raw_parts_mut(out, n), from_raw_parts(start, n + 1), from_raw_parts(x, m)) };
    // parallel: yes - each iteration owns out[i] (guard: out is disjoint from start and x).
    for i in 0..n {
        let mut sum = 0i32;
        // parallel: yes - a wrapping integer sum may be reassociated; a failing index check is a bail.
        for p in start[i] as usize..start[i + 1] as usize {
            sum = sum.wrapping_add(x[p]);
        }
        out[i] = sum;
    }
}
