//! Exchanges the elements of f64 whose numbers are each other's bits in reverse, in place; n is 2^bits.

use std::slice::from_raw_parts_mut;

#[unsafe(no_mangle)]
pub unsafe extern "C" fn bitreverse(x: *mut f64, bits: i32) {
    let x = unsafe { from_raw_parts_mut(x, 64) };
    // parallel: yes - each iteration with i below its mirror image owns the two; all others do nothing.
    for i in 0..1usize << bits {
        let j = (i as u32).reverse_bits() >> (31 - bits) >> 1;
        if i < j as usize {
            x.swap(i, j as usize);
        }
    }
}
