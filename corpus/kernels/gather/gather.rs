//! out[i] = table[index[i]]: reads through an index array, with an index check that panics.

use std::slice::{from_raw_parts, from_raw_parts_mut};

#[unsafe(no_mangle)]
pub unsafe extern "C" fn gather(out: *mut f64, table: *const f64, index: *const u32, n: usize, m: usize) {
    let (out, table, index) =
        unsafe { (from_raw_parts_mut(out, n), from_raw_parts(table, m), from_raw_parts(index, n)) };
    // parallel: yes - each iteration owns one element of out; a failing index check is a bail.
    for (out, at) in out.iter_mut().zip(index) {
        *out = table[*at as usize];
    }
}
