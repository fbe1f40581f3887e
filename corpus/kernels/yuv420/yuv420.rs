//! Three planes, the two of colours halved in both directions, to packed RGB.

use std::slice::{from_raw_parts, from_raw_parts_mut};

#[unsafe(no_mangle)]
pub unsafe extern "C" fn yuv420(rgb: *mut u8, y: *const u8, u: *const u8, v: *const u8, rows: usize, cols: usize) {
    let (rgb, y, u) = unsafe {
        (from_raw_parts_mut(rgb, 12 * rows * cols), from_raw_parts(y, 4 * rows * cols), from_raw_parts(u, rows * cols))
    };
    let v = unsafe { from_raw_parts(v, rows * cols) };
    // parallel: yes - each iteration owns one row of rgb (guard: disjoint).
    for i in 0..2 * rows {
        // parallel: yes - each iteration owns the three bytes of its pixel; a failing index check is a bail.
        for j in 0..2 * cols {
            let l = 298 * (i32::from(y[2 * i * cols + j]) - 16) + 128;
            let d = i32::from(u[(i / 2) * cols + j / 2]) - 128;
            let e = i32::from(v[(i / 2) * cols + j / 2]) - 128;
            let at = 3 * (2 * i * cols + j);
            rgb[at] = ((l + 409 * e) >> 8).clamp(0, 255) as u8;
            rgb[at + 1] = ((l - 100 * d - 208 * e) >> 8).clamp(0, 255) as u8;
            rgb[at + 2] = ((l + 516 * d) >> 8).clamp(0, 255) as u8;
        }
    }
}
