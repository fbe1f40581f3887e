//! A generation of an elementary cellular automaton on a ring of u8 cells.

use std::slice::{from_raw_parts, from_raw_parts_mut};

#[unsafe(no_mangle)]
pub unsafe extern "C" fn automaton(out: *mut u8, src: *const u8, n: usize, rule: i32) {
    let (out, src) = unsafe { (from_raw_parts_mut(out, n), from_raw_parts(src, n)) };
    // parallel: yes - each iteration owns out[i]; the ring closes by comparisons; a failing index check is a
    // bail (guard: disjoint).
    for i in 0..n {
        let (left, right) = (if i == 0 { n - 1 } else { i - 1 }, if i + 1 == n { 0 } else { i + 1 });
        out[i] = (rule.wrapping_shr(u32::from(4 * src[left] + 2 * src[i] + src[right])) & 1) as u8;
    }
}
