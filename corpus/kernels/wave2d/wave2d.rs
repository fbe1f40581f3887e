//! A step of the wave equation on a grid of f64; the new state takes the place of the one before last.

use std::slice::{from_raw_parts, from_raw_parts_mut};

#[unsafe(no_mangle)]
pub unsafe extern "C" fn wave2d(last: *mut f64, now: *const f64, rows: usize, cols: usize, c: f64) {
    let (last, now) = unsafe { (from_raw_parts_mut(last, rows * cols), from_raw_parts(now, rows * cols)) };
    // parallel: yes - each iteration owns one row of last; now is only read (guard: disjoint).
    for i in 1..rows.saturating_sub(1) {
        // parallel: yes - each iteration owns one cell of last; a failing index check is a bail.
        for j in 1..cols.saturating_sub(1) {
            let at = i * cols + j;
            let bend = now[at - 1] + now[at + 1] + now[at - cols] + now[at + cols] - 4.0 * now[at];
            last[at] = 2.0 * now[at] - last[at] + c * bend;
        }
    }
}
