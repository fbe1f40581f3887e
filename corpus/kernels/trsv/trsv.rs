//! Solves L x = b in place for a row-major lower triangular L of f64, by rows and by columns, with checked indices.

use std::slice::{from_raw_parts, from_raw_parts_mut};

#[unsafe(no_mangle)]
pub unsafe extern "C" fn trsv_rows(x: *mut f64, l: *const f64, n: usize) {
    let (x, l) = unsafe { (from_raw_parts_mut(x, n), from_raw_parts(l, n * n)) };
    // parallel: no - every row needs the solution of the rows above.
    for i in 0..n {
        let mut sum = x[i];
        // parallel: no - a float sum keeps its order.
        for j in 0..i {
            sum -= l[i * n + j] * x[j];
        }
        x[i] = sum / l[i * n + i];
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn trsv_columns(x: *mut f64, l: *const f64, n: usize) {
    let (x, l) = unsafe { (from_raw_parts_mut(x, n), from_raw_parts(l, n * n)) };
    // parallel: no - every column needs the element that the columns before have finished.
    for j in 0..n {
        let v = x[j] / l[j * n + j];
        x[j] = v;
        // parallel: yes - each iteration owns x[i]; a failing index check is a bail (guard: disjoint).
        for i in j + 1..n {
            x[i] -= l[i * n + j] * v;
        }
    }
}
