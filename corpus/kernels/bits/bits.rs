//! Bit counts and rotations of each word, 32 and 64 bits wide.

use std::slice::{from_raw_parts, from_raw_parts_mut};

#[unsafe(no_mangle)]
pub unsafe extern "C" fn bits_i32(out: *mut u32, input: *const u32, n: usize) {
    let (out, input) = unsafe { (from_raw_parts_mut(out, n), from_raw_parts(input, n)) };
    // parallel: yes - each iteration owns out[i].
    for i in 0..n {
        let x = input[i];
        let counts = x.count_ones() | x.leading_zeros() << 8 | x.trailing_zeros() << 16;
        out[i] = x.rotate_left(x & 31) ^ counts;
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn bits_i64(out: *mut u64, input: *const u64, n: usize) {
    let (out, input) = unsafe { (from_raw_parts_mut(out, n), from_raw_parts(input, n)) };
    // parallel: yes - each iteration owns out[i].
    for i in 0..n {
        let x = input[i];
        let counts = x.count_ones() | x.leading_zeros() << 8 | x.trailing_zeros() << 16;
        out[i] = x.rotate_left((x & 63) as u32) ^ u64::from(counts);
    }
}
