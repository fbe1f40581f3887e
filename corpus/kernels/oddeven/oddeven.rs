//! Sorts one array of i32 in place by rounds of odd and even exchanges.

use std::slice::from_raw_parts_mut;

#[unsafe(no_mangle)]
pub unsafe extern "C" fn oddeven(x: *mut i32, n: usize) {
    let x = unsafe { from_raw_parts_mut(x, n) };
    // parallel: no - every round needs the round before.
    for r in 0..n {
        // parallel: yes - each iteration owns two neighbours; a failing index check is a bail.
        for k in (r & 1..n.saturating_sub(1)).step_by(2) {
            let (a, b) = (x[k], x[k + 1]);
            x[k] = a.min(b);
            x[k + 1] = a.max(b);
        }
    }
}
