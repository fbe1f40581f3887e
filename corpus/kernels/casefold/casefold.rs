//! Bytes to lower case by comparison, and classes of characters by a table of bits.

use std::slice::{from_raw_parts, from_raw_parts_mut};

#[unsafe(no_mangle)]
pub unsafe extern "C" fn lower(text: *mut u8, n: usize) {
    let text = unsafe { from_raw_parts_mut(text, n) };
    // parallel: yes - each iteration owns text[i].
    for byte in text {
        if byte.is_ascii_uppercase() {
            *byte |= 0x20;
        }
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn classes(out: *mut u8, text: *const u8, n: usize) {
    let (out, text) = unsafe { (from_raw_parts_mut(out, n), from_raw_parts(text, n)) };
    // parallel: yes - each iteration owns out[i]; a failing index check is a bail (guard: out and text are the
    // same or disjoint).
    for i in 0..n {
        let c = text[i];
        out[i] = if c < 64 { (0x03ff_0001_0000_2600u64 >> c & 1) as u8 } else { 0 };
    }
}
