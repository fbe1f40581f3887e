//! x *= a in place, over f32.

use std::slice::from_raw_parts_mut;

#[unsafe(no_mangle)]
pub unsafe extern "C" fn scale(x: *mut f32, n: usize, a: f32) {
    let x = unsafe { from_raw_parts_mut(x, n) };
    // parallel: yes - each iteration reads and writes only its own element.
    for x in x {
        *x *= a;
    }
}
