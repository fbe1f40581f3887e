//! A recursive filter of second order on m channels of n samples each, in place, f32.

use std::slice::from_raw_parts_mut;

#[unsafe(no_mangle)]
pub unsafe extern "C" fn biquad(x: *mut f32, m: usize, n: usize, a: f32, b: f32) {
    let x = unsafe { from_raw_parts_mut(x, m * n) };
    // parallel: yes - each iteration owns one channel and starts from rest.
    for c in 0..m {
        let (mut last, mut older) = (0.0, 0.0);
        // parallel: no - every sample needs the two before.
        for i in 0..n {
            let v = x[c * n + i] + a * last + b * older;
            older = last;
            last = v;
            x[c * n + i] = v;
        }
    }
}
