//! The transpose of a matrix of u16 in tiles of 4 x 4; the sizes are multiples of 4.

use std::slice::{from_raw_parts, from_raw_parts_mut};

#[unsafe(no_mangle)]
pub unsafe extern "C" fn blocks(out: *mut u16, x: *const u16, n: usize, m: usize) {
    let (out, x) = unsafe { (from_raw_parts_mut(out, 16 * n * m), from_raw_parts(x, 16 * n * m)) };
    let (rows, cols) = (4 * n, 4 * m);
    // parallel: yes - each iteration owns four columns of out (guard: disjoint).
    for i in (0..rows).step_by(4) {
        // parallel: yes - each iteration owns one tile.
        for j in (0..cols).step_by(4) {
            // parallel: yes - each iteration owns one column of the tile.
            for y in i..i + 4 {
                // parallel: yes - each iteration owns one element; a failing index check is a bail.
                for z in j..j + 4 {
                    out[z * rows + y] = x[y * cols + z];
                }
            }
        }
    }
}
