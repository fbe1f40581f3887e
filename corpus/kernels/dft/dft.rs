//! A Fourier transform by its definition, f64; the cosines and sines of one turn are in tables.

use std::slice::{from_raw_parts, from_raw_parts_mut};

#[unsafe(no_mangle)]
pub unsafe extern "C" fn dft(re: *mut f64, im: *mut f64, x: *const f64, c: *const f64, s: *const f64, n: usize) {
    let (re, im, x) = unsafe { (from_raw_parts_mut(re, n), from_raw_parts_mut(im, n), from_raw_parts(x, n)) };
    let (c, s) = unsafe { (from_raw_parts(c, n), from_raw_parts(s, n)) };
    // parallel: yes - each iteration owns re[k] and im[k] (guard: re and im are disjoint from all others).
    for k in 0..n {
        let (mut sum, mut other) = (0.0, 0.0);
        let mut at = 0;
        // parallel: no - float sums keep their order.
        for i in 0..n {
            sum += x[i] * c[at];
            other -= x[i] * s[at];
            at += k;
            if at >= n {
                at -= n;
            }
        }
        re[k] = sum;
        im[k] = other;
    }
}
