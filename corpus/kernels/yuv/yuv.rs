//! Interleaved 8-bit RGB to three planes: luma and two colour differences, in integers, with checked indices.

use std::slice::{from_raw_parts, from_raw_parts_mut};

#[unsafe(no_mangle)]
pub unsafe extern "C" fn yuv(y: *mut u8, u: *mut u8, v: *mut u8, rgb: *const u8, n: usize) {
    let (y, u, v) = unsafe { (from_raw_parts_mut(y, n), from_raw_parts_mut(u, n), from_raw_parts_mut(v, n)) };
    let rgb = unsafe { from_raw_parts(rgb, 3 * n) };
    // parallel: yes - each iteration owns one byte of each plane; a failing index check is a bail (guard: disjoint).
    for i in 0..n {
        let [r, g, b] = [rgb[3 * i], rgb[3 * i + 1], rgb[3 * i + 2]].map(i32::from);
        y[i] = (((66 * r + 129 * g + 25 * b + 128) >> 8) + 16) as u8;
        u[i] = (((-38 * r - 74 * g + 112 * b + 128) >> 8) + 128) as u8;
        v[i] = (((112 * r - 94 * g - 18 * b + 128) >> 8) + 128) as u8;
    }
}
