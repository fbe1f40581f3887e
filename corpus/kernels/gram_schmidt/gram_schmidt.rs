//! Makes the rows of a matrix of f32 orthogonal, one after the other.

use std::slice::from_raw_parts_mut;

#[unsafe(no_mangle)]
pub unsafe extern "C" fn gram_schmidt(q: *mut f32, rows: usize, cols: usize) {
    let q = unsafe { from_raw_parts_mut(q, rows * cols) };
    // parallel: no - every row needs the finished rows before.
    for k in 0..rows {
        let mut sum = 0.0;
        // parallel: no - a float sum keeps its order.
        for j in 0..cols {
            sum += q[k * cols + j] * q[k * cols + j];
        }
        let scale = 1.0 / f32::sqrt(sum);
        // parallel: yes - each iteration owns one element of the row; a failing index check is a bail.
        for j in 0..cols {
            q[k * cols + j] *= scale;
        }
        // parallel: yes - each iteration owns one of the rows that follow; the finished row is only read.
        for i in k + 1..rows {
            let mut dot = 0.0;
            // parallel: no - a float sum keeps its order.
            for j in 0..cols {
                dot += q[k * cols + j] * q[i * cols + j];
            }
            // parallel: yes - each iteration owns one element of its row; a failing index check is a bail.
            for j in 0..cols {
                q[i * cols + j] -= dot * q[k * cols + j];
            }
        }
    }
}
