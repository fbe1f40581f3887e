//! Counts bytes into 256 bins of i32.

use std::slice::{from_raw_parts, from_raw_parts_mut};

#[unsafe(no_mangle)]
pub unsafe extern "C" fn histogram(bins: *mut u32, src: *const u8, n: usize) {
    let (bins, src) = unsafe { (from_raw_parts_mut(bins, 256), from_raw_parts(src, n)) };
    // parallel: yes - only as commutative integer updates whose old value nobody sees; plain stores would race.
    for src in src {
        let bin = &mut bins[usize::from(*src)];
        *bin = bin.wrapping_add(1);
    }
}
