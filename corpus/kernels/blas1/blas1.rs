//! Level 1: sums of magnitudes and of squares of f32, scaling at a runtime stride, f64.

use std::slice::{from_raw_parts, from_raw_parts_mut};

#[unsafe(no_mangle)]
pub unsafe extern "C" fn asum(x: *const f32, n: usize) -> f32 {
    let x = unsafe { from_raw_parts(x, n) };
    let mut sum = 0.0;
    // parallel: no - a float sum keeps its order.
    for x in x {
        sum += x.abs();
    }
    sum
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn nrm2(x: *const f32, n: usize) -> f64 {
    let x = unsafe { from_raw_parts(x, n) };
    let mut sum = 0.0;
    // parallel: no - a float sum keeps its order.
    for x in x {
        sum += f64::from(*x) * f64::from(*x);
    }
    sum.sqrt()
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn scal(x: *mut f64, n: usize, a: f64, sx: isize) {
    let x = unsafe { from_raw_parts_mut(x, n * sx.unsigned_abs()) };
    // parallel: yes - each iteration owns x[i * sx]; a failing index check is a bail (guard: sx is not zero).
    for i in 0..n as isize {
        x[(i * sx) as usize] *= a;
    }
}
