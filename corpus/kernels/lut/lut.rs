//! Sends each byte through a table of 256.

use std::slice::{from_raw_parts, from_raw_parts_mut};

#[unsafe(no_mangle)]
pub unsafe extern "C" fn lut(dst: *mut u8, src: *const u8, table: *const u8, n: usize) {
    let (dst, src, table) = unsafe { (from_raw_parts_mut(dst, n), from_raw_parts(src, n), from_raw_parts(table, 256)) };
    // parallel: yes - each iteration owns dst[i]; the table is only read (guard: disjoint).
    for i in 0..n {
        dst[i] = table[usize::from(src[i])];
    }
}
