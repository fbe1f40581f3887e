//! Multiplies the colours of RGBA pixels by their alpha, rounded, in place.

use std::slice::from_raw_parts_mut;

#[unsafe(no_mangle)]
pub unsafe extern "C" fn premultiply(rgba: *mut u8, n: usize) {
    let rgba = unsafe { from_raw_parts_mut(rgba, 4 * n) };
    // parallel: yes - each iteration owns the four bytes of its pixel; a failing index check is a bail.
    for p in rgba.chunks_exact_mut(4) {
        let a = u32::from(p[3]);
        p[0] = ((u32::from(p[0]) * a + 127) / 255) as u8;
        p[1] = ((u32::from(p[1]) * a + 127) / 255) as u8;
        p[2] = ((u32::from(p[2]) * a + 127) / 255) as u8;
    }
}
