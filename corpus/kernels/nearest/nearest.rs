//! For each of n points of the plane the number of the nearest of m centres, f32; the first one wins.

use std::slice::{from_raw_parts, from_raw_parts_mut};

#[unsafe(no_mangle)]
pub unsafe extern "C" fn nearest(out: *mut u32, points: *const f32, centres: *const f32, n: usize, m: usize) {
    let out = unsafe { from_raw_parts_mut(out, n) };
    let (points, centres) = unsafe { (from_raw_parts(points, 2 * n), from_raw_parts(centres, 2 * m)) };
    // parallel: yes - each iteration owns out[i]; a failing index check is a bail (guard: disjoint).
    for i in 0..n {
        let (x, y) = (points[2 * i], points[2 * i + 1]);
        let (mut best, mut at) = (f32::INFINITY, 0);
        // parallel: no - the first of the smallest distances is wanted, so the order matters.
        for k in 0..m {
            let (dx, dy) = (centres[2 * k] - x, centres[2 * k + 1] - y);
            let d = dx * dx + dy * dy;
            if d < best {
                best = d;
                at = k as u32;
            }
        }
        out[i] = at;
    }
}
