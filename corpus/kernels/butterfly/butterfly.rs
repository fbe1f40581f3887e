//! One pass of a Fourier transform, in place, with checked indices: each block of 2 x half numbers combines its halves
//! with the same twiddles.

use std::slice::{from_raw_parts, from_raw_parts_mut};

#[unsafe(no_mangle)]
pub unsafe extern "C" fn butterfly(
    re: *mut f64,
    im: *mut f64,
    wr: *const f64,
    wi: *const f64,
    blocks: usize,
    half: usize,
) {
    let (re, im) = unsafe { (from_raw_parts_mut(re, 2 * blocks * half), from_raw_parts_mut(im, 2 * blocks * half)) };
    let (wr, wi) = unsafe { (from_raw_parts(wr, half), from_raw_parts(wi, half)) };
    // parallel: yes - each iteration owns one block of re and im (guard: the four arrays are disjoint).
    for b in 0..blocks {
        // parallel: yes - each iteration owns the k-th number of both halves; a failing index check is a bail.
        for k in 0..half {
            let (low, high) = (2 * b * half + k, 2 * b * half + half + k);
            let tr = wr[k] * re[high] - wi[k] * im[high];
            let ti = wr[k] * im[high] + wi[k] * re[high];
            re[high] = re[low] - tr;
            im[high] = im[low] - ti;
            re[low] += tr;
            im[low] += ti;
        }
    }
}
