//! Pascal's triangle modulo 2^64, row by row.

use std::slice::from_raw_parts_mut;

#[unsafe(no_mangle)]
pub unsafe extern "C" fn pascal(t: *mut u64, n: usize) {
    let t = unsafe { from_raw_parts_mut(t, n * n) };
    t[0] = 1;
    // parallel: no - every row needs the row above.
    for i in 1..n {
        t[i * n] = 1;
        t[i * n + i] = 1;
        // parallel: yes - each iteration owns one element of the new row; a failing index check is a bail.
        for j in 1..i {
            t[i * n + j] = t[(i - 1) * n + j - 1].wrapping_add(t[(i - 1) * n + j]);
        }
    }
}
