//! Numbers of 16 bits: half precision to f32, and f32 to bfloat16 with rounding to even, in integers.

use std::slice::{from_raw_parts, from_raw_parts_mut};

#[unsafe(no_mangle)]
pub unsafe extern "C" fn half_to_f32(out: *mut u32, src: *const u16, n: usize) {
    let (out, src) = unsafe { (from_raw_parts_mut(out, n), from_raw_parts(src, n)) };
    // parallel: yes - each iteration owns out[i]; a failing index check is a bail (guard: disjoint).
    for i in 0..n {
        let h = u32::from(src[i]);
        let (sign, rest) = ((h & 0x8000) << 16, h & 0x7fff);
        let v = if rest >= 0x7c00 {
            0x7f80_0000 | (rest & 0x3ff) << 13
        } else if rest >= 0x400 {
            (rest << 13) + 0x3800_0000
        } else if rest == 0 {
            0
        } else {
            let shift = rest.leading_zeros() - 21;
            ((rest << shift & 0x3ff) << 13) | (113 - shift) << 23
        };
        out[i] = sign | v;
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn f32_to_bf16(out: *mut u16, src: *const u32, n: usize) {
    let (out, src) = unsafe { (from_raw_parts_mut(out, n), from_raw_parts(src, n)) };
    // parallel: yes - each iteration owns out[i]; a failing index check is a bail (guard: disjoint).
    for i in 0..n {
        let v = src[i];
        let rounded = v.wrapping_add(0x7fff + (v >> 16 & 1)) >> 16;
        out[i] = if v & 0x7fff_ffff > 0x7f80_0000 { (v >> 16 | 0x40) as u16 } else { rounded as u16 };
    }
}
