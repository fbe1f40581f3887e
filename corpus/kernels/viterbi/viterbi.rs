//! The best scores of a hidden Markov chain of m states, f32: one row for each of n steps after the first.

use std::slice::{from_raw_parts, from_raw_parts_mut};

#[unsafe(no_mangle)]
pub unsafe extern "C" fn viterbi(s: *mut f32, t: *const f32, e: *const f32, n: usize, m: usize) {
    let (s, t, e) = unsafe { (from_raw_parts_mut(s, n * m + m), from_raw_parts(t, m * m), from_raw_parts(e, n * m)) };
    // parallel: no - every row needs the row above.
    for i in 0..n {
        // parallel: yes - each iteration owns one element of the new row (guard: s is disjoint from t and e).
        for j in 0..m {
            let mut best = s[i * m] + t[j];
            // parallel: yes - a comparison picks the largest; whether a zero is -0 may depend on the order, and then the loop decides.
            for k in 1..m {
                let v = s[i * m + k] + t[k * m + j];
                best = if v > best { v } else { best };
            }
            s[(i + 1) * m + j] = best + e[i * m + j];
        }
    }
}
