//! y = a A x + b y by rows, f32.

use std::slice::{from_raw_parts, from_raw_parts_mut};

#[unsafe(no_mangle)]
pub unsafe extern "C" fn sgemv(y: *mut f32, m: *const f32, x: *const f32, rows: usize, cols: usize, a: f32, b: f32) {
    let (y, m, x) = unsafe { (from_raw_parts_mut(y, rows), from_raw_parts(m, rows * cols), from_raw_parts(x, cols)) };
    // parallel: yes - each iteration owns y[i] (guard: y is disjoint from m and x).
    for i in 0..rows {
        let mut sum = 0.0;
        // parallel: no - a float sum keeps its order.
        for j in 0..cols {
            sum += m[i * cols + j] * x[j];
        }
        y[i] = a * sum + b * y[i];
    }
}
