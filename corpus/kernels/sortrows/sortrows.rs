//! Sorts each row of i32 in place by a network: rows of eight by odd and even exchanges, rows of sixteen bitonically.

use std::slice::from_raw_parts_mut;

#[unsafe(no_mangle)]
pub unsafe extern "C" fn odd_even8(x: *mut i32, n: usize) {
    let x = unsafe { from_raw_parts_mut(x, 8 * n) };
    // parallel: yes - each iteration owns one row.
    for i in 0..n {
        // parallel: no - every round needs the round before.
        for r in 0..8 {
            // parallel: yes - each iteration owns two neighbours; a failing index check is a bail.
            for k in (r & 1..7).step_by(2) {
                let (a, b) = (x[8 * i + k], x[8 * i + k + 1]);
                x[8 * i + k] = a.min(b);
                x[8 * i + k + 1] = a.max(b);
            }
        }
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn bitonic16(x: *mut i32, n: usize) {
    let x = unsafe { from_raw_parts_mut(x, 16 * n) };
    // parallel: yes - each iteration owns one row.
    for i in 0..n {
        let mut size = 2;
        // parallel: no - every stage needs the stage before.
        while size <= 16 {
            let mut d = size / 2;
            // parallel: no - every pass needs the pass before.
            while d > 0 {
                // parallel: yes - each iteration with k below its partner owns the two; all others do nothing; a
                // failing index check is a bail.
                for k in 0..16 {
                    let l = k ^ d;
                    let (a, b) = (x[16 * i + k], x[16 * i + l]);
                    if l > k && (k & size == 0) == (a > b) {
                        x[16 * i + k] = b;
                        x[16 * i + l] = a;
                    }
                }
                d /= 2;
            }
            size *= 2;
        }
    }
}
