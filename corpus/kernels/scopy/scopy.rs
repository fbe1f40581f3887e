//! Copies n 32-bit elements from one runtime stride to another, as BLAS does.

use std::slice::{from_raw_parts, from_raw_parts_mut};

#[unsafe(no_mangle)]
pub unsafe extern "C" fn scopy(y: *mut i32, x: *const i32, n: usize, sy: isize, sx: isize) {
    let (y, x) = unsafe { (from_raw_parts_mut(y, n * sy.unsigned_abs()), from_raw_parts(x, n * sx.unsigned_abs())) };
    let from = if sx < 0 { (1 - n as isize) * sx } else { 0 };
    // parallel: yes - each iteration owns y[i * sy] unless sy is zero; a failing index check is a bail (guard:
    // sy is not zero; y and x are disjoint).
    for i in 0..n as isize {
        y[(i * sy) as usize] = x[(from + i * sx) as usize];
    }
}
