//! y = A x for sparse matrices of f64: compressed rows, rows of equal length, and triples.

use std::slice::{from_raw_parts, from_raw_parts_mut};

#[unsafe(no_mangle)]
pub unsafe extern "C" fn spmv_csr(
    y: *mut f64,
    start: *const u32,
    col: *const u32,
    a: *const f64,
    x: *const f64,
    n: usize,
    m: usize,
    k: usize,
) {
    let (y, start, col) = unsafe { (from_raw_parts_mut(y, n), from_raw_parts(start, n + 1), from_raw_parts(col, m)) };
    let (a, x) = unsafe { (from_raw_parts(a, m), from_raw_parts(x, k)) };
    // parallel: yes - each iteration owns y[i]; what the columns pick is only read (guard: y is disjoint from
    // the others).
    for i in 0..n {
        let mut sum = 0.0;
        // parallel: no - a float sum keeps its order.
        for p in start[i] as usize..start[i + 1] as usize {
            sum += a[p] * x[col[p] as usize];
        }
        y[i] = sum;
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn spmv_ell(
    y: *mut f64,
    col: *const u32,
    a: *const f64,
    x: *const f64,
    n: usize,
    w: usize,
    k: usize,
) {
    let (y, col, a) = unsafe { (from_raw_parts_mut(y, n), from_raw_parts(col, n * w), from_raw_parts(a, n * w)) };
    let x = unsafe { from_raw_parts(x, k) };
    // parallel: yes - each iteration owns y[i]; what the columns pick is only read (guard: y is disjoint from
    // the others).
    for i in 0..n {
        let mut sum = 0.0;
        // parallel: no - a float sum keeps its order.
        for p in 0..w {
            sum += a[p * n + i] * x[col[p * n + i] as usize];
        }
        y[i] = sum;
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn spmv_coo(
    y: *mut f64,
    row: *const u32,
    col: *const u32,
    a: *const f64,
    x: *const f64,
    n: usize,
    m: usize,
    k: usize,
) {
    let (y, row, col) = unsafe { (from_raw_parts_mut(y, n), from_raw_parts(row, m), from_raw_parts(col, m)) };
    let (a, x) = unsafe { (from_raw_parts(a, m), from_raw_parts(x, k)) };
    // parallel: no - two triples may add to the same element, and float sums keep their order.
    for p in 0..m {
        y[row[p] as usize] += a[p] * x[col[p] as usize];
    }
}
