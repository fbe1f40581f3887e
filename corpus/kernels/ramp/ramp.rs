//! Arrays made from the loop counter alone: the induction variable is data here.

use std::slice::from_raw_parts_mut;

#[unsafe(no_mangle)]
pub unsafe extern "C" fn ramp_f64(out: *mut f64, n: usize, start: f64, step: f64) {
    let out = unsafe { from_raw_parts_mut(out, n) };
    // parallel: yes - each iteration owns one element of out, and the counter has a closed form.
    for (i, out) in out.iter_mut().enumerate() {
        *out = start + step * i as i32 as f64;
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn ramp_i64(out: *mut u64, n: usize, start: u64, step: u64) {
    let mut v = start;
    // parallel: yes - v is a second induction, closed form start + i * step in wrapping arithmetic.
    for out in unsafe { from_raw_parts_mut(out, n) } {
        *out = v;
        v = v.wrapping_add(step);
    }
}
