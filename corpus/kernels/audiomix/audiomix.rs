//! Mixes two tracks of 16-bit samples with gains in 1/256, cut off at the ends of the range.

use std::slice::{from_raw_parts, from_raw_parts_mut};

#[unsafe(no_mangle)]
pub unsafe extern "C" fn audiomix(out: *mut i16, a: *const i16, b: *const i16, n: usize, gain_a: i32, gain_b: i32) {
    let (out, a, b) = unsafe { (from_raw_parts_mut(out, n), from_raw_parts(a, n), from_raw_parts(b, n)) };
    // parallel: yes - each iteration owns out[i] (guard: the same as a or b, or disjoint).
    for i in 0..n {
        let v = i32::from(a[i]).wrapping_mul(gain_a).wrapping_add(i32::from(b[i]).wrapping_mul(gain_b)) >> 8;
        out[i] = v.clamp(-32768, 32767) as i16;
    }
}
