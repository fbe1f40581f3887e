//! The length of the gradient in the inside of a box of f32.

use std::slice::{from_raw_parts, from_raw_parts_mut};

#[unsafe(no_mangle)]
pub unsafe extern "C" fn gradient3d(out: *mut f32, src: *const f32, nx: usize, ny: usize, nz: usize) {
    let (out, src) = unsafe { (from_raw_parts_mut(out, nx * ny * nz), from_raw_parts(src, nx * ny * nz)) };
    let plane = ny * nz;
    // parallel: yes - each iteration owns one plane of out (guard: disjoint).
    for i in 1..nx.saturating_sub(1) {
        // parallel: yes - each iteration owns one row of out.
        for j in 1..ny.saturating_sub(1) {
            // parallel: yes - each iteration owns one cell of out; a failing index check is a bail.
            for k in 1..nz.saturating_sub(1) {
                let at = i * plane + j * nz + k;
                let x = src[at + plane] - src[at - plane];
                let y = src[at + nz] - src[at - nz];
                let z = src[at + 1] - src[at - 1];
                out[at] = 0.5 * (x * x + y * y + z * z).sqrt();
            }
        }
    }
}
