//! Packed 8-bit RGB to luma: three interleaved reads for each byte written.

use std::slice::{from_raw_parts, from_raw_parts_mut};

#[unsafe(no_mangle)]
pub unsafe extern "C" fn gray(dst: *mut u8, rgb: *const u8, n: usize) {
    let (dst, rgb) = unsafe { (from_raw_parts_mut(dst, n), from_raw_parts(rgb, 3 * n)) };
    // parallel: yes - each iteration owns one byte of dst; rgb is read with stride 3 (guard: disjoint).
    for (dst, pixel) in dst.iter_mut().zip(rgb.chunks_exact(3)) {
        let [r, g, b] = [u32::from(pixel[0]), u32::from(pixel[1]), u32::from(pixel[2])];
        *dst = ((77 * r + 150 * g + 29 * b) >> 8) as u8;
    }
}
