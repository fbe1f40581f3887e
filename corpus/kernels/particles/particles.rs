//! Moves n particles of two places and two speeds, and reflects them at the walls of the unit square.

use std::slice::from_raw_parts_mut;

#[unsafe(no_mangle)]
pub unsafe extern "C" fn particles(p: *mut f32, n: usize, dt: f32) {
    let p = unsafe { from_raw_parts_mut(p, 4 * n) };
    // parallel: yes - each iteration owns the four numbers of its particle; a failing index check is a bail.
    for i in 0..n {
        let (x, y) = (p[4 * i] + dt * p[4 * i + 2], p[4 * i + 1] + dt * p[4 * i + 3]);
        if x < 0.0 || x > 1.0 {
            p[4 * i + 2] = -p[4 * i + 2];
        }
        if y < 0.0 || y > 1.0 {
            p[4 * i + 3] = -p[4 * i + 3];
        }
        p[4 * i] = x;
        p[4 * i + 1] = y;
    }
}
