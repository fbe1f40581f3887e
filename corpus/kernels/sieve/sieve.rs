//! The sieve of Eratosthenes: strikes out the multiples of each number that isn't struck out yet, u8.

use std::slice::from_raw_parts_mut;

#[unsafe(no_mangle)]
pub unsafe extern "C" fn sieve(struck: *mut u8, n: usize) {
    let struck = unsafe { from_raw_parts_mut(struck, n) };
    let mut p = 2;
    // parallel: no - whether a number strikes depends on the numbers before.
    while p * p < n {
        if struck[p] == 0 {
            // parallel: yes - each iteration owns one multiple; a failing index check is a bail.
            for k in (p * p..n).step_by(p) {
                struck[k] = 1;
            }
        }
        p += 1;
    }
}
