//! RGBA to BGRA in place by bytes, and the inversion of the colours by words.

use std::slice::from_raw_parts_mut;

#[unsafe(no_mangle)]
pub unsafe extern "C" fn bgra(p: *mut u8, n: usize) {
    let p = unsafe { from_raw_parts_mut(p, 4 * n) };
    // parallel: yes - each iteration owns the bytes of its pixel.
    for i in 0..n {
        p.swap(4 * i, 4 * i + 2);
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn invert(p: *mut u32, n: usize) {
    let p = unsafe { from_raw_parts_mut(p, n) };
    // parallel: yes - each iteration owns one pixel.
    for p in p {
        *p ^= 0x00ff_ffff;
    }
}
