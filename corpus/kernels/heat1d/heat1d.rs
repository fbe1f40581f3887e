//! Several steps of heat diffusion on a line of f64, each into a second array and back.

use std::slice::from_raw_parts_mut;

#[unsafe(no_mangle)]
pub unsafe extern "C" fn heat1d(a: *mut f64, b: *mut f64, n: usize, steps: i32) {
    let (a, b) = unsafe { (from_raw_parts_mut(a, n), from_raw_parts_mut(b, n)) };
    // parallel: no - every step needs the step before.
    for _ in 0..steps {
        // parallel: yes - each iteration owns b[i]; a is only read; a failing index check is a bail (guard:
        // disjoint).
        for i in 1..n.saturating_sub(1) {
            b[i] = 0.25 * a[i - 1] + 0.5 * a[i] + 0.25 * a[i + 1];
        }
        // parallel: yes - each iteration owns a[i]; b is only read; a failing index check is a bail (guard:
        // disjoint).
        for i in 1..n.saturating_sub(1) {
            a[i] = 0.25 * b[i - 1] + 0.5 * b[i] + 0.25 * b[i + 1];
        }
    }
}
