//! The nine-point Laplacian of a grid of f32.

use std::slice::{from_raw_parts, from_raw_parts_mut};

#[unsafe(no_mangle)]
pub unsafe extern "C" fn laplace9(out: *mut f32, src: *const f32, rows: usize, cols: usize) {
    let (out, src) = unsafe { (from_raw_parts_mut(out, rows * cols), from_raw_parts(src, rows * cols)) };
    // parallel: yes - each iteration owns one row of out (guard: disjoint).
    for i in 1..rows.saturating_sub(1) {
        // parallel: yes - each iteration owns one cell of out; a failing index check is a bail.
        for j in 1..cols.saturating_sub(1) {
            let at = i * cols + j;
            let near = src[at - 1] + src[at + 1] + src[at - cols] + src[at + cols];
            let far = src[at - cols - 1] + src[at - cols + 1] + src[at + cols - 1] + src[at + cols + 1];
            out[at] = (4.0 * near + far - 20.0 * src[at]) * (1.0 / 6.0);
        }
    }
}
