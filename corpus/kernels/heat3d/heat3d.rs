//! One step of heat diffusion over the inside of a nx x ny x nz box of f32, seven points, with checked indices.

use std::slice::{from_raw_parts, from_raw_parts_mut};

#[unsafe(no_mangle)]
pub unsafe extern "C" fn heat3d(out: *mut f32, input: *const f32, nx: usize, ny: usize, nz: usize) {
    let (out, p) = unsafe { (from_raw_parts_mut(out, nx * ny * nz), from_raw_parts(input, nx * ny * nz)) };
    let plane = ny * nz;
    // parallel: yes - each iteration owns one plane of out; p is only read (guard: disjoint).
    for i in 1..nx.saturating_sub(1) {
        // parallel: yes - each iteration owns one row of out.
        for j in 1..ny.saturating_sub(1) {
            // parallel: yes - each iteration owns one cell of out; a failing index check is a bail.
            for k in 1..nz.saturating_sub(1) {
                let at = i * plane + j * nz + k;
                let around = p[at - 1] + p[at + 1] + p[at - nz] + p[at + nz] + p[at - plane] + p[at + plane];
                out[at] = p[at] + 0.125 * (around - 6.0 * p[at]);
            }
        }
    }
}
