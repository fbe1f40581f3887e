//! The median of 3 x 3 pixels: the nine are sorted in a small array of the iteration's own.

use std::slice::{from_raw_parts, from_raw_parts_mut};

#[unsafe(no_mangle)]
pub unsafe extern "C" fn median9(out: *mut u8, src: *const u8, rows: usize, cols: usize) {
    let (out, src) = unsafe { (from_raw_parts_mut(out, rows * cols), from_raw_parts(src, rows * cols)) };
    // parallel: yes - each iteration owns one row of out; the small array is written before it is read (guard:
    // disjoint).
    for i in 1..rows.saturating_sub(1) {
        // parallel: yes - each iteration owns one pixel of out.
        for j in 1..cols.saturating_sub(1) {
            let mut near = [0u8; 9];
            // parallel: yes - each iteration owns three elements of the small array.
            for y in 0..3 {
                // parallel: yes - each iteration owns one element; a failing index check is a bail.
                for x in 0..3 {
                    near[3 * y + x] = src[(i + y - 1) * cols + j + x - 1];
                }
            }
            // parallel: no - insertion sort: each step needs the elements in order so far.
            for k in 1..9 {
                let v = near[k];
                let mut at = k;
                // parallel: no - elements move up until the place is found.
                while at > 0 && near[at - 1] > v {
                    near[at] = near[at - 1];
                    at -= 1;
                }
                near[at] = v;
            }
            out[i * cols + j] = near[4];
        }
    }
}
