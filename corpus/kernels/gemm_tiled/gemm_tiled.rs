//! C += A B over f64 in tiles of 8 x 8; the sizes are multiples of 8.

use std::slice::{from_raw_parts, from_raw_parts_mut};

#[unsafe(no_mangle)]
pub unsafe extern "C" fn gemm_tiled(c: *mut f64, a: *const f64, b: *const f64, n: usize, m: usize, k: usize) {
    let (c, a, b) =
        unsafe { (from_raw_parts_mut(c, 64 * n * m), from_raw_parts(a, 64 * n * k), from_raw_parts(b, 64 * k * m)) };
    let (p, q) = (8 * m, 8 * k);
    // parallel: yes - each iteration owns eight rows of c (guard: c is disjoint from a and b).
    for i in (0..8 * n).step_by(8) {
        // parallel: yes - each iteration owns one tile of c.
        for j in (0..p).step_by(8) {
            // parallel: no - each iteration adds to the same tile.
            for l in (0..q).step_by(8) {
                // parallel: yes - each iteration owns one row of the tile.
                for x in i..i + 8 {
                    // parallel: no - each iteration adds to the same row.
                    for z in l..l + 8 {
                        // parallel: yes - each iteration owns one element; a failing index check is a bail.
                        for y in j..j + 8 {
                            c[x * p + y] += a[x * q + z] * b[z * p + y];
                        }
                    }
                }
            }
        }
    }
}
