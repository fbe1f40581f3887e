//! Rows of f32 in place: softmax with a polynomial for the exponential, and normalisation to mean 0 and variance 1.

use std::slice::from_raw_parts_mut;

/// e to the x for x <= 0: the 32nd power of a polynomial.
fn power(x: f32) -> f32 {
    let t = x * 0.03125;
    let mut p = 1.0 + t * (1.0 + t * (0.5 + t * 0.16666667));
    p = if p < 0.0 { 0.0 } else { p };
    p *= p;
    p *= p;
    p *= p;
    p *= p;
    p * p
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn softmax(x: *mut f32, rows: usize, cols: usize) {
    let x = unsafe { from_raw_parts_mut(x, rows * cols) };
    // parallel: yes - each iteration owns one row.
    for i in 0..rows {
        let (mut top, mut sum) = (x[i * cols], 0.0);
        // parallel: yes - a comparison picks the largest; whether a zero is -0 may depend on the order, and then the loop decides.
        for j in 1..cols {
            top = if x[i * cols + j] > top { x[i * cols + j] } else { top };
        }
        // parallel: no - the sum of the powers keeps its order.
        for j in 0..cols {
            x[i * cols + j] = power(x[i * cols + j] - top);
            sum += x[i * cols + j];
        }
        // parallel: yes - each iteration owns one element of the row; a failing index check is a bail.
        for j in 0..cols {
            x[i * cols + j] /= sum;
        }
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn layernorm(x: *mut f32, rows: usize, cols: usize) {
    let x = unsafe { from_raw_parts_mut(x, rows * cols) };
    // parallel: yes - each iteration owns one row.
    for row in x.chunks_exact_mut(cols.max(1)) {
        let (mut sum, mut squares) = (0.0, 0.0);
        // parallel: no - a float sum keeps its order.
        for v in row.iter() {
            sum += *v;
        }
        let mean = sum / cols as i32 as f32;
        // parallel: no - a float sum keeps its order.
        for v in row.iter() {
            squares += (*v - mean) * (*v - mean);
        }
        let scale = 1.0 / f32::sqrt(squares / cols as i32 as f32 + 0.00001);
        // parallel: yes - each iteration owns one element of the row.
        for v in row.iter_mut() {
            *v = (*v - mean) * scale;
        }
    }
}
