//! Counts by data: pairs of small numbers, weighted counts, and the largest value of each bin.

use std::slice::{from_raw_parts, from_raw_parts_mut};

#[unsafe(no_mangle)]
pub unsafe extern "C" fn joint(bins: *mut u32, a: *const u8, b: *const u8, n: usize) {
    let (bins, a, b) = unsafe { (from_raw_parts_mut(bins, 256), from_raw_parts(a, n), from_raw_parts(b, n)) };
    // parallel: yes - only as commutative integer updates whose old value nobody sees; plain stores would race;
    // a failing index check is a bail.
    for i in 0..n {
        let bin = &mut bins[usize::from(a[i] >> 4) * 16 + usize::from(b[i] >> 4)];
        *bin = bin.wrapping_add(1);
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn weighted(bins: *mut u32, key: *const u16, w: *const u32, n: usize, m: usize) {
    let (bins, key, w) = unsafe { (from_raw_parts_mut(bins, m), from_raw_parts(key, n), from_raw_parts(w, n)) };
    // parallel: yes - only as commutative integer updates whose old value nobody sees; plain stores would race;
    // a failing index check is a bail.
    for i in 0..n {
        let bin = &mut bins[usize::from(key[i]) % m];
        *bin = bin.wrapping_add(w[i]);
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn tops_of_bins(bins: *mut i32, key: *const u32, x: *const i32, n: usize, m: usize) {
    let (bins, key, x) = unsafe { (from_raw_parts_mut(bins, m), from_raw_parts(key, n), from_raw_parts(x, n)) };
    // parallel: yes - only as commutative integer updates whose old value nobody sees; plain stores would race;
    // a failing index check is a bail.
    for i in 0..n {
        let bin = &mut bins[key[i] as usize];
        *bin = x[i].max(*bin);
    }
}
