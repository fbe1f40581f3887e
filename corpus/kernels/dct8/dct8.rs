//! Cosine transforms of rows of eight f32 in place; the eight results wait in a small array of the iteration's own.

use std::slice::{from_raw_parts, from_raw_parts_mut};

#[unsafe(no_mangle)]
pub unsafe extern "C" fn dct8(x: *mut f32, c: *const f32, n: usize) {
    let (x, c) = unsafe { (from_raw_parts_mut(x, 8 * n), from_raw_parts(c, 64)) };
    // parallel: yes - each iteration owns eight elements; the small array is written before it is read (guard:
    // disjoint).
    for i in 0..n {
        let mut t = [0.0; 8];
        // parallel: yes - each iteration owns one element of the small array.
        for k in 0..8 {
            let mut sum = 0.0;
            // parallel: no - a float sum keeps its order.
            for j in 0..8 {
                sum += c[8 * k + j] * x[8 * i + j];
            }
            t[k] = sum;
        }
        // parallel: yes - each iteration owns one element; a failing index check is a bail.
        for k in 0..8 {
            x[8 * i + k] = t[k];
        }
    }
}
