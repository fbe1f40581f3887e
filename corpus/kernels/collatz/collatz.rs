//! How many Collatz steps lead from each number to 1, at most `limit`.

use std::slice::{from_raw_parts, from_raw_parts_mut};

#[unsafe(no_mangle)]
pub unsafe extern "C" fn collatz(steps: *mut i32, start: *const u32, n: usize, limit: i32) {
    let (steps, start) = unsafe { (from_raw_parts_mut(steps, n), from_raw_parts(start, n)) };
    // parallel: yes - each iteration owns steps[i]; the inner loop stays inside it (guard: disjoint).
    for i in 0..n {
        let mut v = u64::from(start[i]);
        let mut k = 0;
        // parallel: no - every step needs the one before, and the number of steps depends on the data.
        while v > 1 && k < limit {
            v = if v & 1 == 1 { v.wrapping_mul(3).wrapping_add(1) } else { v >> 1 };
            k += 1;
        }
        steps[i] = k;
    }
}
