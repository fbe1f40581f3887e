//! The edit distances of n pairs of words of eight bytes; the row of the table is a small array of the iteration's own.

use std::slice::{from_raw_parts, from_raw_parts_mut};

#[unsafe(no_mangle)]
pub unsafe extern "C" fn edit(out: *mut u8, a: *const u8, b: *const u8, n: usize) {
    let (out, a, b) = unsafe { (from_raw_parts_mut(out, n), from_raw_parts(a, 8 * n), from_raw_parts(b, 8 * n)) };
    // parallel: yes - each iteration owns out[i]; the small array is written before it is read (guard: disjoint).
    for i in 0..n {
        let mut row = [0i32; 9];
        // parallel: yes - each iteration owns one element of the small array; a failing index check is a bail.
        for k in 0..9 {
            row[k] = k as i32;
        }
        // parallel: no - every row of the table needs the row above.
        for y in 0..8 {
            let mut corner = row[0];
            row[0] = y as i32 + 1;
            // parallel: no - every element needs its left neighbour.
            for x in 0..8 {
                let up = row[x + 1];
                let same = corner + i32::from(a[8 * i + y] != b[8 * i + x]);
                row[x + 1] = same.min(up + 1).min(row[x] + 1);
                corner = up;
            }
        }
        out[i] = row[8] as u8;
    }
}
