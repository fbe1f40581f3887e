//! A stencil of 3 x 3 x 3 cells with weights, f32.

use std::slice::{from_raw_parts, from_raw_parts_mut};

#[unsafe(no_mangle)]
pub unsafe extern "C" fn stencil27(out: *mut f32, src: *const f32, w: *const f32, nx: usize, ny: usize, nz: usize) {
    let (out, src, w) =
        unsafe { (from_raw_parts_mut(out, nx * ny * nz), from_raw_parts(src, nx * ny * nz), from_raw_parts(w, 27)) };
    // parallel: yes - each iteration owns one plane of out (guard: out is disjoint from src and w).
    for i in 1..nx.saturating_sub(1) {
        // parallel: yes - each iteration owns one row of out.
        for j in 1..ny.saturating_sub(1) {
            // parallel: yes - each iteration owns one cell of out.
            for k in 1..nz.saturating_sub(1) {
                let mut sum = 0.0;
                // parallel: no - a float sum keeps its order.
                for x in 0..3 {
                    // parallel: no - a float sum keeps its order.
                    for y in 0..3 {
                        // parallel: no - a float sum keeps its order.
                        for z in 0..3 {
                            sum += w[9 * x + 3 * y + z] * src[((i + x - 1) * ny + j + y - 1) * nz + k + z - 1];
                        }
                    }
                }
                out[(i * ny + j) * nz + k] = sum;
            }
        }
    }
}
