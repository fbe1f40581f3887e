//! A step of two-dimensional electromagnetic fields of f64: two sweeps over the electric field, one over the magnetic.

use std::slice::from_raw_parts_mut;

#[unsafe(no_mangle)]
pub unsafe extern "C" fn fdtd2d(ex: *mut f64, ey: *mut f64, hz: *mut f64, rows: usize, cols: usize) {
    let (ex, ey, hz) = unsafe {
        (from_raw_parts_mut(ex, rows * cols), from_raw_parts_mut(ey, rows * cols), from_raw_parts_mut(hz, rows * cols))
    };
    // parallel: yes - each iteration owns one row of ey; hz is only read (guard: disjoint).
    for i in 1..rows {
        // parallel: yes - each iteration owns one cell of ey; a failing index check is a bail.
        for j in 0..cols {
            ey[i * cols + j] -= 0.5 * (hz[i * cols + j] - hz[(i - 1) * cols + j]);
        }
    }
    // parallel: yes - each iteration owns one row of ex; hz is only read (guard: disjoint).
    for i in 0..rows {
        // parallel: yes - each iteration owns one cell of ex; a failing index check is a bail.
        for j in 1..cols {
            ex[i * cols + j] -= 0.5 * (hz[i * cols + j] - hz[i * cols + j - 1]);
        }
    }
    // parallel: yes - each iteration owns one row of hz; ex and ey are only read (guard: disjoint).
    for i in 0..rows.saturating_sub(1) {
        // parallel: yes - each iteration owns one cell of hz; a failing index check is a bail.
        for j in 0..cols.saturating_sub(1) {
            let at = i * cols + j;
            hz[at] -= 0.7 * (ex[at + 1] - ex[at] + ey[at + cols] - ey[at]);
        }
    }
}
