//! Gauss-Seidel sweeps of a grid of f64 in place: in order, and one of two colours of a chessboard.

use std::slice::from_raw_parts_mut;

#[unsafe(no_mangle)]
pub unsafe extern "C" fn seidel2d(a: *mut f64, rows: usize, cols: usize) {
    let a = unsafe { from_raw_parts_mut(a, rows * cols) };
    // parallel: no - each row needs the new values of the row above.
    for i in 1..rows.saturating_sub(1) {
        // parallel: no - each cell needs the new value of its left neighbour.
        for j in 1..cols.saturating_sub(1) {
            let at = i * cols + j;
            a[at] = 0.25 * (a[at - 1] + a[at + 1] + a[at - cols] + a[at + cols]);
        }
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn one_colour(a: *mut f64, rows: usize, cols: usize, colour: i32) {
    let a = unsafe { from_raw_parts_mut(a, rows * cols) };
    // parallel: yes - each iteration writes one colour of its row; all its neighbours have the other colour.
    for i in 1..rows.saturating_sub(1) {
        // parallel: yes - each iteration owns one cell; it reads the other colour only; a failing index check is
        // a bail.
        for j in (1 + (i + colour as usize & 1)..cols.saturating_sub(1)).step_by(2) {
            let at = i * cols + j;
            a[at] = 0.25 * (a[at - 1] + a[at + 1] + a[at - cols] + a[at + cols]);
        }
    }
}
