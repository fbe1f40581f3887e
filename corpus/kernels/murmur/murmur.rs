//! The finalising hash of MurmurHash3 for each element, 32 and 64 bits.

use std::slice::{from_raw_parts, from_raw_parts_mut};

#[unsafe(no_mangle)]
pub unsafe extern "C" fn murmur32(out: *mut u32, src: *const u32, n: usize) {
    let (out, src) = unsafe { (from_raw_parts_mut(out, n), from_raw_parts(src, n)) };
    // parallel: yes - each iteration owns out[i]; a failing index check is a bail (guard: out and src are the
    // same or disjoint).
    for i in 0..n {
        let mut h = src[i];
        h = (h ^ (h >> 16)).wrapping_mul(0x85eb_ca6b);
        h = (h ^ (h >> 13)).wrapping_mul(0xc2b2_ae35);
        out[i] = h ^ (h >> 16);
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn murmur64(x: *mut u64, n: usize) {
    let x = unsafe { from_raw_parts_mut(x, n) };
    // parallel: yes - each iteration owns x[i].
    for x in x {
        let mut h = *x;
        h = (h ^ (h >> 33)).wrapping_mul(0xff51_afd7_ed55_8ccd);
        h = (h ^ (h >> 33)).wrapping_mul(0xc4ce_b9fe_1a85_ec53);
        *x = h ^ (h >> 33);
    }
}
