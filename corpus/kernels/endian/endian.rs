//! Swaps the order of the bytes of each element, 32 and 16 bits.

use std::slice::from_raw_parts_mut;

#[unsafe(no_mangle)]
pub unsafe extern "C" fn swap32(x: *mut u32, n: usize) {
    let x = unsafe { from_raw_parts_mut(x, n) };
    // parallel: yes - each iteration owns x[i].
    for x in x {
        *x = x.swap_bytes();
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn swap16(x: *mut u16, n: usize) {
    let x = unsafe { from_raw_parts_mut(x, n) };
    // parallel: yes - each iteration owns x[i].
    for x in x {
        *x = x.rotate_left(8);
    }
}
