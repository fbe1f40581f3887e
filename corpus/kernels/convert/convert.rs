//! Conversions between integers and floats, and between the two widths of floats.

use std::slice::{from_raw_parts, from_raw_parts_mut};

#[unsafe(no_mangle)]
pub unsafe extern "C" fn f32_of_i32(out: *mut f32, input: *const i32, n: usize) {
    let (out, input) = unsafe { (from_raw_parts_mut(out, n), from_raw_parts(input, n)) };
    // parallel: yes - each iteration owns out[i].
    for i in 0..n {
        out[i] = input[i] as f32;
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn f64_of_u64(out: *mut f64, input: *const u64, n: usize) {
    let (out, input) = unsafe { (from_raw_parts_mut(out, n), from_raw_parts(input, n)) };
    // parallel: yes - each iteration owns out[i].
    for i in 0..n {
        out[i] = input[i] as f64;
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn f32_of_f64(out: *mut f32, input: *const f64, n: usize) {
    let (out, input) = unsafe { (from_raw_parts_mut(out, n), from_raw_parts(input, n)) };
    // parallel: yes - each iteration owns out[i]; loads are twice as wide as stores (guard: disjoint).
    for i in 0..n {
        out[i] = input[i] as f32;
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn f64_of_u32(out: *mut f64, input: *const u32, n: usize) {
    let (out, input) = unsafe { (from_raw_parts_mut(out, n), from_raw_parts(input, n)) };
    // parallel: yes - each iteration owns out[i]; stores are twice as wide as loads (guard: disjoint).
    for i in 0..n {
        out[i] = f64::from(input[i]) / 4_294_967_296.0;
    }
}
