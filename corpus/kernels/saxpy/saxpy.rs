//! y += a * x over f32, written with zipped iterators.

use std::slice::{from_raw_parts, from_raw_parts_mut};

#[unsafe(no_mangle)]
pub unsafe extern "C" fn saxpy(y: *mut f32, x: *const f32, n: usize, a: f32) {
    let (y, x) = unsafe { (from_raw_parts_mut(y, n), from_raw_parts(x, n)) };
    // parallel: yes - each iteration owns one y; x is only read (guard: y and x are the same or disjoint).
    for (y, x) in y.iter_mut().zip(x) {
        *y += a * *x;
    }
}
