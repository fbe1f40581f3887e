//! c = a + b over i32, wrapping, without index checks.

use std::slice::{from_raw_parts, from_raw_parts_mut};

#[unsafe(no_mangle)]
pub unsafe extern "C" fn vadd(c: *mut i32, a: *const i32, b: *const i32, n: usize) {
    let (c, a, b) = unsafe { (from_raw_parts_mut(c, n), from_raw_parts(a, n), from_raw_parts(b, n)) };
    // parallel: yes - each iteration owns c[i]; a and b are only read.
    for i in 0..n {
        unsafe { *c.get_unchecked_mut(i) = a.get_unchecked(i).wrapping_add(*b.get_unchecked(i)) };
    }
}
