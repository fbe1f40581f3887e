//! By an index: elements to their places, rows from theirs.

use std::slice::{from_raw_parts, from_raw_parts_mut};

#[unsafe(no_mangle)]
pub unsafe extern "C" fn permute(out: *mut u32, x: *const u32, index: *const u32, n: usize) {
    let (out, x, index) = unsafe { (from_raw_parts_mut(out, n), from_raw_parts(x, n), from_raw_parts(index, n)) };
    // parallel: no - two elements of the index may be the same, and then the last one counts.
    for i in 0..n {
        out[index[i] as usize] = x[i];
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn gather_rows(out: *mut f32, x: *const f32, index: *const u32, n: usize, w: usize, m: usize) {
    let (out, x, index) =
        unsafe { (from_raw_parts_mut(out, n * w), from_raw_parts(x, m * w), from_raw_parts(index, n)) };
    // parallel: yes - each iteration owns one row of out; what the index picks is only read (guard: out is
    // disjoint from the others).
    for i in 0..n {
        // parallel: yes - each iteration owns one element of the row; a failing index check is a bail.
        for j in 0..w {
            out[i * w + j] = x[index[i] as usize * w + j];
        }
    }
}
