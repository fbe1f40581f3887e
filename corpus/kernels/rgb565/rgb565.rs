//! Packed RGB to pixels of 16 bits, and back.

use std::slice::{from_raw_parts, from_raw_parts_mut};

#[unsafe(no_mangle)]
pub unsafe extern "C" fn to_565(out: *mut u16, rgb: *const u8, n: usize) {
    let (out, rgb) = unsafe { (from_raw_parts_mut(out, n), from_raw_parts(rgb, 3 * n)) };
    // parallel: yes - each iteration owns out[i]; a failing index check is a bail (guard: disjoint).
    for i in 0..n {
        let [r, g, b] = [rgb[3 * i], rgb[3 * i + 1], rgb[3 * i + 2]].map(u16::from);
        out[i] = (r >> 3) << 11 | (g >> 2) << 5 | b >> 3;
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn from_565(rgb: *mut u8, src: *const u16, n: usize) {
    let (rgb, src) = unsafe { (from_raw_parts_mut(rgb, 3 * n), from_raw_parts(src, n)) };
    // parallel: yes - each iteration owns three bytes of rgb; a failing index check is a bail (guard: disjoint).
    for i in 0..n {
        let (r, g, b) = (src[i] >> 11, src[i] >> 5 & 63, src[i] & 31);
        rgb[3 * i] = (r << 3 | r >> 2) as u8;
        rgb[3 * i + 1] = (g << 2 | g >> 4) as u8;
        rgb[3 * i + 2] = (b << 3 | b >> 2) as u8;
    }
}
