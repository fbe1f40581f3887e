//! Scrambles every i64 with xor-shifts and multiplications, in place.

use std::slice::from_raw_parts_mut;

#[unsafe(no_mangle)]
pub unsafe extern "C" fn hashmix(x: *mut u64, n: usize, seed: u64) {
    // parallel: yes - each iteration reads and writes only its own element.
    for x in unsafe { from_raw_parts_mut(x, n) } {
        let mut v = x.wrapping_add(seed);
        v ^= v >> 31;
        v = v.wrapping_mul(0x9fb21c651e98df25);
        v ^= v << 17;
        v = v.rotate_left(23);
        v = v.wrapping_mul(0xd6e8feb86659fd93);
        v ^= v >> 29;
        *x = v;
    }
}
