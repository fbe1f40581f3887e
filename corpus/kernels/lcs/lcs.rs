//! The table of longest common subsequences of two byte strings, row by row and diagonal by diagonal; its first row and
//! column are set by the caller.

use std::slice::{from_raw_parts, from_raw_parts_mut};

#[unsafe(no_mangle)]
pub unsafe extern "C" fn lcs_rows(t: *mut i32, a: *const u8, b: *const u8, n: usize, m: usize) {
    let (t, a, b) = unsafe { (from_raw_parts_mut(t, n * m + n + m + 1), from_raw_parts(a, n), from_raw_parts(b, m)) };
    let w = m + 1;
    // parallel: no - every row needs the row above.
    for i in 1..n + 1 {
        // parallel: no - every element needs its left neighbour.
        for j in 1..m + 1 {
            let best = t[(i - 1) * w + j].max(t[i * w + j - 1]);
            t[i * w + j] = if a[i - 1] == b[j - 1] { t[(i - 1) * w + j - 1].wrapping_add(1) } else { best };
        }
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn lcs_diagonals(t: *mut i32, a: *const u8, b: *const u8, n: usize, m: usize) {
    let (t, a, b) = unsafe { (from_raw_parts_mut(t, n * m + n + m + 1), from_raw_parts(a, n), from_raw_parts(b, m)) };
    let w = m + 1;
    // parallel: no - every diagonal needs the two before.
    for d in 2..n + m + 1 {
        // parallel: yes - each iteration owns one element of the diagonal; a failing index check is a bail
        // (guard: disjoint).
        for i in d.saturating_sub(m).max(1)..(d - 1).min(n) + 1 {
            let j = d - i;
            let best = t[(i - 1) * w + j].max(t[i * w + j - 1]);
            t[i * w + j] = if a[i - 1] == b[j - 1] { t[(i - 1) * w + j - 1].wrapping_add(1) } else { best };
        }
    }
}
