//! For each word of 64 bits the commonest of its hexadecimal digits, by counts in a small array of the iteration's own.

use std::slice::{from_raw_parts, from_raw_parts_mut};

#[unsafe(no_mangle)]
pub unsafe extern "C" fn nibbles(out: *mut u32, x: *const u64, n: usize) {
    let (out, x) = unsafe { (from_raw_parts_mut(out, n), from_raw_parts(x, n)) };
    // parallel: yes - each iteration owns out[i]; the small array is written before it is read (guard: disjoint).
    for i in 0..n {
        let (mut count, mut at) = ([1u32; 16], 0);
        // parallel: yes - each iteration owns one element of the small array; a failing index check is a bail.
        for k in 0..16 {
            count[k] = 0;
        }
        // parallel: yes - only as commutative integer updates whose old value nobody sees; a failing index check
        // is a bail.
        for k in 0..16 {
            count[(x[i] >> (4 * k) & 15) as usize] += 1;
        }
        // parallel: no - the first of the largest counts is wanted, so the order matters.
        for k in 1..16 {
            at = if count[k] > count[at] { k } else { at };
        }
        out[i] = at as u32;
    }
}
