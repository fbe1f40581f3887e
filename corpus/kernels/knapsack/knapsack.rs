//! The best values of a knapsack for each capacity below m, i32: in place from the top, and by rows of their own.

use std::slice::{from_raw_parts, from_raw_parts_mut};

#[unsafe(no_mangle)]
pub unsafe extern "C" fn knapsack_place(best: *mut i32, weight: *const i32, value: *const i32, n: usize, m: usize) {
    let (best, weight, value) =
        unsafe { (from_raw_parts_mut(best, m), from_raw_parts(weight, n), from_raw_parts(value, n)) };
    // parallel: no - every item needs the results of the items before.
    for i in 0..n {
        let w = weight[i] as usize;
        // parallel: no - an element is written after one further up has read it, which the order assures.
        for c in (w..m).rev() {
            best[c] = best[c].max(best[c - w].wrapping_add(value[i]));
        }
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn knapsack_rows(best: *mut i32, weight: *const i32, value: *const i32, n: usize, m: usize) {
    let (best, weight, value) =
        unsafe { (from_raw_parts_mut(best, n * m + m), from_raw_parts(weight, n), from_raw_parts(value, n)) };
    // parallel: no - every row needs the row above.
    for i in 0..n {
        // parallel: yes - each iteration owns one element of the new row; a failing index check is a bail
        // (guard: disjoint).
        for c in 0..m {
            let (mut v, w) = (best[i * m + c], weight[i] as usize);
            if c >= w {
                v = v.max(best[i * m + c - w].wrapping_add(value[i]));
            }
            best[(i + 1) * m + c] = v;
        }
    }
}
