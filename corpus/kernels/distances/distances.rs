//! Squared distances between n and m points of d coordinates, f32.

use std::slice::{from_raw_parts, from_raw_parts_mut};

#[unsafe(no_mangle)]
pub unsafe extern "C" fn distances(out: *mut f32, a: *const f32, b: *const f32, n: usize, m: usize, d: usize) {
    let (out, a, b) = unsafe { (from_raw_parts_mut(out, n * m), from_raw_parts(a, n * d), from_raw_parts(b, m * d)) };
    // parallel: yes - each iteration owns one row of out (guard: out is disjoint from a and b).
    for i in 0..n {
        // parallel: yes - each iteration owns one element of out.
        for j in 0..m {
            let mut sum = 0.0;
            // parallel: no - a float sum keeps its order.
            for k in 0..d {
                let v = a[i * d + k] - b[j * d + k];
                sum += v * v;
            }
            out[i * m + j] = sum;
        }
    }
}
