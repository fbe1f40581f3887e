//! Companding of audio samples: i16 to eight bits of mu-law, and back.

use std::slice::{from_raw_parts, from_raw_parts_mut};

#[unsafe(no_mangle)]
pub unsafe extern "C" fn to_mulaw(out: *mut u8, x: *const i16, n: usize) {
    let (out, x) = unsafe { (from_raw_parts_mut(out, n), from_raw_parts(x, n)) };
    // parallel: yes - each iteration owns out[i]; a failing index check is a bail (guard: disjoint).
    for i in 0..n {
        let v = i32::from(x[i]);
        let sign = if v < 0 { 0x80 } else { 0 };
        let m = (v.abs() + 132).min(32767);
        let e = 24 - m.leading_zeros() as i32;
        out[i] = !(sign | e << 4 | ((m >> (e + 3)) & 15)) as u8;
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn from_mulaw(out: *mut i16, x: *const u8, n: usize) {
    let (out, x) = unsafe { (from_raw_parts_mut(out, n), from_raw_parts(x, n)) };
    // parallel: yes - each iteration owns out[i]; a failing index check is a bail (guard: disjoint).
    for i in 0..n {
        let v = i32::from(!x[i]);
        let m = ((((v & 15) << 3) + 132) << (v >> 4 & 7)) - 132;
        out[i] = if v & 0x80 != 0 { -m } else { m } as i16;
    }
}
