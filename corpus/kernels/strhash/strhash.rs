//! The 32-bit FNV-1a hash of a string of bytes.

use std::slice::from_raw_parts;

#[unsafe(no_mangle)]
pub unsafe extern "C" fn strhash(text: *const u8, n: usize) -> u32 {
    let mut hash = 2_166_136_261u32;
    // parallel: no - every step multiplies what the steps before have mixed.
    for byte in unsafe { from_raw_parts(text, n) } {
        hash = (hash ^ u32::from(*byte)).wrapping_mul(16_777_619);
    }
    hash
}
