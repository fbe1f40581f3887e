//! Packs eight flags into each byte, the first one lowest, and unpacks them.

use std::slice::{from_raw_parts, from_raw_parts_mut};

#[unsafe(no_mangle)]
pub unsafe extern "C" fn pack(out: *mut u8, flags: *const u8, n: usize) {
    let (out, flags) = unsafe { (from_raw_parts_mut(out, n), from_raw_parts(flags, 8 * n)) };
    // parallel: yes - each iteration owns out[i] (guard: disjoint).
    for i in 0..n {
        let mut bits = 0u8;
        // parallel: yes - an integer or is associative and commutative; a failing index check is a bail.
        for k in 0..8 {
            bits |= u8::from(flags[8 * i + k] != 0) << k;
        }
        out[i] = bits;
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn unpack(flags: *mut u8, src: *const u8, n: usize) {
    let (flags, src) = unsafe { (from_raw_parts_mut(flags, 8 * n), from_raw_parts(src, n)) };
    // parallel: yes - each iteration owns eight flags (guard: disjoint).
    for i in 0..n {
        // parallel: yes - each iteration owns one flag; a failing index check is a bail.
        for k in 0..8 {
            flags[8 * i + k] = (src[i] >> k) & 1;
        }
    }
}
