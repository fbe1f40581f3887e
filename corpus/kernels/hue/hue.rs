//! Hue in sixths, saturation and value of n colours, three f32 each.

use std::slice::{from_raw_parts, from_raw_parts_mut};

#[unsafe(no_mangle)]
pub unsafe extern "C" fn hue(out: *mut f32, rgb: *const f32, n: usize) {
    let (out, rgb) = unsafe { (from_raw_parts_mut(out, 3 * n), from_raw_parts(rgb, 3 * n)) };
    // parallel: yes - each iteration owns three elements of out; a failing index check is a bail (guard:
    // disjoint).
    for i in 0..n {
        let (r, g, b) = (rgb[3 * i], rgb[3 * i + 1], rgb[3 * i + 2]);
        let (mut top, mut low) = if r > g { (r, g) } else { (g, r) };
        top = if b > top { b } else { top };
        low = if b < low { b } else { low };
        let d = top - low;
        let h = if d <= 0.0 {
            0.0
        } else if top == r {
            (g - b) / d
        } else if top == g {
            2.0 + (b - r) / d
        } else {
            4.0 + (r - g) / d
        };
        out[3 * i] = if h < 0.0 { h + 6.0 } else { h };
        out[3 * i + 1] = if top > 0.0 { d / top } else { 0.0 };
        out[3 * i + 2] = top;
    }
}
