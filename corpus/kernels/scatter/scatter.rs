//! out[index[i]] = in[i]: writes through an index array; what points outside is left out.

use std::slice::{from_raw_parts, from_raw_parts_mut};

#[unsafe(no_mangle)]
pub unsafe extern "C" fn scatter(out: *mut f64, input: *const f64, index: *const u32, n: usize, m: usize) {
    let (out, input, index) =
        unsafe { (from_raw_parts_mut(out, m), from_raw_parts(input, n), from_raw_parts(index, n)) };
    // parallel: no - two iterations may write the same element, and the last one must win.
    for (x, at) in input.iter().zip(index) {
        if let Some(out) = out.get_mut(*at as usize) {
            *out = *x;
        }
    }
}
