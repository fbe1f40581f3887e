//! Strings of bytes: the first difference of two, the first place of a byte, and how often a short word begins.

use std::slice::{from_raw_parts, from_raw_parts_mut};

#[unsafe(no_mangle)]
pub unsafe extern "C" fn differ(a: *const u8, b: *const u8, n: usize) -> i32 {
    let (a, b) = unsafe { (from_raw_parts(a, n), from_raw_parts(b, n)) };
    let mut i = 0;
    // parallel: no - the first difference ends the search.
    while i < n && a[i] == b[i] {
        i += 1;
    }
    i as i32
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn place_of(text: *const u8, n: usize, byte: i32) -> i32 {
    let text = unsafe { from_raw_parts(text, n) };
    // parallel: no - the first match ends the search.
    for i in 0..n {
        if i32::from(text[i]) == byte {
            return i as i32;
        }
    }
    -1
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn begins(out: *mut u8, text: *const u8, word: *const u8, n: usize, m: usize) {
    let (out, text, word) =
        unsafe { (from_raw_parts_mut(out, n), from_raw_parts(text, n + m), from_raw_parts(word, m)) };
    // parallel: yes - each iteration owns out[i] (guard: out is disjoint from text and word).
    for i in 0..n {
        let mut k = 0;
        // parallel: no - the first difference ends the comparison.
        while k < m && text[i + k] == word[k] {
            k += 1;
        }
        out[i] = u8::from(k == m);
    }
}
