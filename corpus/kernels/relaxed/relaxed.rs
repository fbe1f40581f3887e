//! Relaxed SIMD by intrinsics: fused products, dot products of bytes, selections and conversions without the corner cases.
//! Lengths count vectors.

use core::arch::wasm32::*;

unsafe fn load<T>(array: *const T, vector: usize) -> v128 {
    unsafe { v128_load(array.cast::<v128>().add(vector)) }
}

unsafe fn store<T>(array: *mut T, vector: usize, value: v128) {
    unsafe { v128_store(array.cast::<v128>().add(vector), value) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn axpy_fused(y: *mut f32, x: *const f32, n: usize, a: f32) {
    let a = f32x4_splat(a);
    // parallel: yes - each iteration owns a vector of y (guard: the same as x or disjoint).
    for i in 0..n {
        unsafe { store(y, i, f32x4_relaxed_madd(a, load(x, i), load(y, i))) };
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn residual_fused(r: *mut f64, a: *const f64, x: *const f64, n: usize) {
    // parallel: yes - each iteration owns a vector of r (guard: the same as a or x, or disjoint).
    for i in 0..n {
        unsafe { store(r, i, f64x2_relaxed_nmadd(load(a, i), load(x, i), load(r, i))) };
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn matvec_bytes(out: *mut i32, a: *const i8, x: *const i8, rows: usize, cols: usize) {
    // parallel: yes - each iteration owns out[row] (guard: disjoint from a and x).
    for row in 0..rows {
        let mut sums = i32x4_splat(0);
        // parallel: yes - sums of integers.
        for col in 0..cols {
            sums = unsafe { i32x4_relaxed_dot_i8x16_i7x16_add(load(a, row * cols + col), load(x, col), sums) };
        }
        let pairs = i32x4_add(sums, i32x4_shuffle::<2, 3, 0, 1>(sums, sums));
        unsafe { *out.add(row) = i32x4_extract_lane::<0>(i32x4_add(pairs, i32x4_shuffle::<1, 0, 3, 2>(pairs, pairs))) };
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn clamp(x: *mut f32, n: usize, low: f32, high: f32) {
    let (low, high) = (f32x4_splat(low), f32x4_splat(high));
    // parallel: yes - each iteration owns a vector of x.
    for i in 0..n {
        unsafe { store(x, i, f32x4_relaxed_min(f32x4_relaxed_max(load(x, i), low), high)) };
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn larger(out: *mut i16, a: *const i16, b: *const i16, n: usize) {
    // parallel: yes - each iteration owns a vector of out (guard: the same as a or b, or disjoint).
    for i in 0..n {
        let (a, b) = unsafe { (load(a, i), load(b, i)) };
        unsafe { store(out, i, i16x8_relaxed_laneselect(a, b, i16x8_gt(a, b))) };
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn hex_digits(out: *mut u8, nibbles: *const u8, n: usize) {
    let digits = u8x16(48, 49, 50, 51, 52, 53, 54, 55, 56, 57, 97, 98, 99, 100, 101, 102);
    // parallel: yes - each iteration owns a vector of out (guard: the same as nibbles or disjoint).
    for i in 0..n {
        unsafe { store(out, i, i8x16_relaxed_swizzle(digits, load(nibbles, i))) };
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn gain_q15(x: *mut i16, n: usize, gain: i32) {
    let gain = i16x8_splat(gain as i16);
    // parallel: yes - each iteration owns a vector of x.
    for i in 0..n {
        unsafe { store(x, i, i16x8_relaxed_q15mulr(load(x, i), gain)) };
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn quantise(out: *mut i32, x: *const f32, n: usize, scale: f32) {
    let scale = f32x4_splat(scale);
    // parallel: yes - each iteration owns a vector of out (guard: the same as x or disjoint).
    for i in 0..n {
        unsafe { store(out, i, i32x4_relaxed_trunc_f32x4(f32x4_mul(load(x, i), scale))) };
    }
}
