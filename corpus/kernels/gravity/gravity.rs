//! The accelerations of n bodies by each other, f32; bodies are x, y, z and a mass.

use std::slice::{from_raw_parts, from_raw_parts_mut};

#[unsafe(no_mangle)]
pub unsafe extern "C" fn gravity(a: *mut f32, p: *const f32, n: usize, soft: f32) {
    let (a, p) = unsafe { (from_raw_parts_mut(a, 3 * n), from_raw_parts(p, 4 * n)) };
    // parallel: yes - each iteration owns three elements of a (guard: disjoint).
    for i in 0..n {
        let (mut x, mut y, mut z) = (0.0, 0.0, 0.0);
        // parallel: no - float sums keep their order.
        for j in 0..n {
            let (dx, dy) = (p[4 * j] - p[4 * i], p[4 * j + 1] - p[4 * i + 1]);
            let dz = p[4 * j + 2] - p[4 * i + 2];
            let d = dx * dx + dy * dy + dz * dz + soft;
            let f = p[4 * j + 3] / (d * d.sqrt());
            x += f * dx;
            y += f * dy;
            z += f * dz;
        }
        a[3 * i] = x;
        a[3 * i + 1] = y;
        a[3 * i + 2] = z;
    }
}
