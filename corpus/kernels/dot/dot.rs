//! Dot product of f64 vectors.

use std::slice::from_raw_parts;

#[unsafe(no_mangle)]
pub unsafe extern "C" fn dot(x: *const f64, y: *const f64, n: usize) -> f64 {
    let (x, y) = unsafe { (from_raw_parts(x, n), from_raw_parts(y, n)) };
    let mut sum = 0.0;
    // parallel: no - a float sum keeps its order.
    for i in 0..n {
        sum += x[i] * y[i];
    }
    sum
}
