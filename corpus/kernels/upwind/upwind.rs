//! A step of transport on a line of f64: each cell looks against its own wind.

use std::slice::{from_raw_parts, from_raw_parts_mut};

#[unsafe(no_mangle)]
pub unsafe extern "C" fn upwind(out: *mut f64, u: *const f64, wind: *const f64, n: usize, c: f64) {
    let (out, u, wind) = unsafe { (from_raw_parts_mut(out, n), from_raw_parts(u, n), from_raw_parts(wind, n)) };
    // parallel: yes - each iteration owns out[i]; a failing index check is a bail (guard: disjoint).
    for i in 1..n.saturating_sub(1) {
        let slope = if wind[i] > 0.0 { u[i] - u[i - 1] } else { u[i + 1] - u[i] };
        out[i] = u[i] - c * wind[i] * slope;
    }
}
