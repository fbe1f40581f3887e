//! Imperfect nests: rows times a factor computed before, and a row's first element set after, f64 and i64.

use std::slice::{from_raw_parts, from_raw_parts_mut};

#[unsafe(no_mangle)]
pub unsafe extern "C" fn rowscale(x: *mut f64, w: *const f64, rows: usize, cols: usize) {
    let (x, w) = unsafe { (from_raw_parts_mut(x, rows * cols), from_raw_parts(w, rows)) };
    // parallel: yes - each iteration owns one row; w is only read (guard: disjoint).
    for i in 0..rows {
        let f = 1.0 / (1.0 + w[i] * w[i]);
        // parallel: yes - each iteration owns one element of the row; a failing index check is a bail.
        for j in 0..cols {
            x[i * cols + j] *= f;
        }
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn heads(x: *mut i64, rows: usize, cols: usize) {
    let x = unsafe { from_raw_parts_mut(x, rows * cols) };
    // parallel: yes - each iteration owns one row.
    for i in 0..rows {
        // parallel: yes - each iteration owns one element of the row; a failing index check is a bail.
        for j in 1..cols {
            x[i * cols + j] ^= i as i64;
        }
        x[i * cols] = i as i64;
    }
}
