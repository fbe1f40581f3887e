//! In how many bits two arrays of i64 differ.

use std::slice::from_raw_parts;

#[unsafe(no_mangle)]
pub unsafe extern "C" fn hamming(a: *const u64, b: *const u64, n: usize) -> i64 {
    let (a, b) = unsafe { (from_raw_parts(a, n), from_raw_parts(b, n)) };
    // parallel: yes - an integer sum may be reassociated.
    a.iter().zip(b).map(|(a, b)| i64::from((a ^ b).count_ones())).sum()
}
