//! Overlapping updates of one i32 array: each element from the one before it, and from a runtime distance.

use std::slice::from_raw_parts_mut;

#[unsafe(no_mangle)]
pub unsafe extern "C" fn shift_one(a: *mut u32, n: usize) {
    let a = unsafe { from_raw_parts_mut(a, n) };
    // parallel: no - a[i] needs the a[i - 1] of the iteration before; compilers keep it in a register.
    for i in 1..n {
        a[i] = a[i - 1].wrapping_mul(3).wrapping_add(1);
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn shift_by(a: *mut u32, n: usize, distance: usize) {
    let a = unsafe { from_raw_parts_mut(a, n) };
    // parallel: no - the distance decides; only a guard that the two ranges are disjoint would make it so.
    for i in distance..n {
        a[i] = a[i - distance].wrapping_add(1);
    }
}
