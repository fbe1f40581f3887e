//! A piecewise polynomial of f64: three branches of different degree.

use std::slice::{from_raw_parts, from_raw_parts_mut};

#[unsafe(no_mangle)]
pub unsafe extern "C" fn poly(out: *mut f64, input: *const f64, n: usize) {
    let (out, input) = unsafe { (from_raw_parts_mut(out, n), from_raw_parts(input, n)) };
    // parallel: yes - each iteration owns out[i]; the branches are inside the element.
    for i in 0..n {
        let x = input[i];
        out[i] = if x < 0.0 {
            ((0.125 * x - 0.5) * x + 1.5) * x + 1.0
        } else if x < 1.0 {
            (((0.0625 * x + 0.25) * x - 0.75) * x + 1.5) * x + 1.0
        } else {
            2.0625 * x
        };
    }
}
