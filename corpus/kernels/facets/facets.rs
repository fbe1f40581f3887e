//! Twice the areas of n triangles of the plane, by the numbers of their corners, f32.

use std::slice::{from_raw_parts, from_raw_parts_mut};

#[unsafe(no_mangle)]
pub unsafe extern "C" fn facets(out: *mut f32, corner: *const u32, p: *const f32, n: usize, m: usize) {
    let (out, corner, p) =
        unsafe { (from_raw_parts_mut(out, n), from_raw_parts(corner, 3 * n), from_raw_parts(p, 2 * m)) };
    // parallel: yes - each iteration owns out[i]; what the corners pick is only read; a failing index check is a
    // bail (guard: out is disjoint from the others).
    for i in 0..n {
        let [a, b, c] = [corner[3 * i], corner[3 * i + 1], corner[3 * i + 2]].map(|at| at as usize);
        let (x, y) = (p[2 * b] - p[2 * a], p[2 * b + 1] - p[2 * a + 1]);
        let (u, v) = (p[2 * c] - p[2 * a], p[2 * c + 1] - p[2 * a + 1]);
        out[i] = x * v - y * u;
    }
}
