//! Checksums of bytes whose every step needs the one before: Adler-32, and CRC-32 bit by bit.

use std::slice::from_raw_parts;

#[unsafe(no_mangle)]
pub unsafe extern "C" fn adler32(text: *const u8, n: usize) -> i32 {
    let text = unsafe { from_raw_parts(text, n) };
    let (mut a, mut b) = (1u32, 0u32);
    // parallel: no - the second sum adds up the values of the first, so the accumulator has another use.
    for byte in text {
        a = (a + u32::from(*byte)) % 65521;
        b = (b + a) % 65521;
    }
    (b << 16 | a) as i32
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn crc32(text: *const u8, n: usize) -> i32 {
    let text = unsafe { from_raw_parts(text, n) };
    let mut c = u32::MAX;
    // parallel: no - every byte needs the remainder of those before.
    for byte in text {
        c ^= u32::from(*byte);
        // parallel: no - every bit needs the remainder of those before.
        for _ in 0..8 {
            c = if c & 1 != 0 { c >> 1 ^ 0xedb8_8320 } else { c >> 1 };
        }
    }
    !c as i32
}
