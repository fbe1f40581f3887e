//! One loop over all cells of a plane of f32, whose row and column are a quotient and a remainder.

use std::slice::{from_raw_parts, from_raw_parts_mut};

#[unsafe(no_mangle)]
pub unsafe extern "C" fn collapse(out: *mut f32, x: *const f32, y: *const f32, rows: usize, cols: usize) {
    let (out, x, y) =
        unsafe { (from_raw_parts_mut(out, rows * cols), from_raw_parts(x, rows), from_raw_parts(y, cols)) };
    // parallel: yes - each iteration owns out[i]; a failing index check is a bail (guard: out is disjoint from x
    // and y).
    for i in 0..rows * cols {
        out[i] = x[i / cols] * y[i % cols];
    }
}
