//! y += A x, column by column: the innermost loop is an axpy over the rows. A is stored by columns.

use std::slice::{from_raw_parts, from_raw_parts_mut};

#[unsafe(no_mangle)]
pub unsafe extern "C" fn gemv(y: *mut f64, a: *const f64, x: *const f64, rows: usize, cols: usize) {
    if rows == 0 {
        return;
    }
    let (y, a, x) = unsafe { (from_raw_parts_mut(y, rows), from_raw_parts(a, rows * cols), from_raw_parts(x, cols)) };
    // parallel: no - every column adds to the same y, in order.
    for (column, alpha) in a.chunks_exact(rows).zip(x) {
        // parallel: yes - each iteration owns one y; the column is only read (guard: disjoint).
        for (y, a) in y.iter_mut().zip(column) {
            *y += alpha * a;
        }
    }
}
