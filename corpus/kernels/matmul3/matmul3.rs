//! Products of n pairs of 3 x 3 matrices of f32, one after the other.

use std::slice::{from_raw_parts, from_raw_parts_mut};

#[unsafe(no_mangle)]
pub unsafe extern "C" fn matmul3(c: *mut f32, a: *const f32, b: *const f32, n: usize) {
    let (c, a, b) = unsafe { (from_raw_parts_mut(c, 9 * n), from_raw_parts(a, 9 * n), from_raw_parts(b, 9 * n)) };
    // parallel: yes - each iteration owns one product (guard: c is disjoint from a and b).
    for i in 0..n {
        // parallel: yes - each iteration owns one row of the product.
        for x in 0..3 {
            // parallel: yes - each iteration owns one element.
            for y in 0..3 {
                let mut sum = 0.0;
                // parallel: no - a float sum keeps its order.
                for k in 0..3 {
                    sum += a[9 * i + 3 * x + k] * b[9 * i + 3 * k + y];
                }
                c[9 * i + 3 * x + y] = sum;
            }
        }
    }
}
