//! A Fourier transform of 2^k complex f32 in place, from bit-reversed order; the twiddles are in a table.

use std::slice::{from_raw_parts, from_raw_parts_mut};

#[unsafe(no_mangle)]
pub unsafe extern "C" fn fft(re: *mut f32, im: *mut f32, wr: *const f32, wi: *const f32, n: i32) {
    let (re, im, wr) = unsafe { (from_raw_parts_mut(re, 64), from_raw_parts_mut(im, 64), from_raw_parts(wr, 32)) };
    let wi = unsafe { from_raw_parts(wi, 32) };
    let n = n as usize;
    let mut half = 1;
    // parallel: no - every pass needs the pass before.
    while half < n {
        // parallel: yes - each iteration owns one block (guard: the four arrays are disjoint).
        for b in (0..n).step_by(2 * half) {
            // parallel: yes - each iteration owns the k-th number of both halves; a failing index check is a
            // bail.
            for k in 0..half {
                let (p, q, w) = (b + k, b + k + half, k * (n / 2 / half));
                let (tr, ti) = (wr[w] * re[q] - wi[w] * im[q], wr[w] * im[q] + wi[w] * re[q]);
                re[q] = re[p] - tr;
                im[q] = im[p] - ti;
                re[p] += tr;
                im[p] += ti;
            }
        }
        half *= 2;
    }
}
