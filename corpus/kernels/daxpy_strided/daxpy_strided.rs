//! y += a * x over f64 with runtime strides. As in BLAS, a negative stride starts at the far end, so both
//! pointers name the lowest address of their vector.

#[unsafe(no_mangle)]
pub unsafe extern "C" fn daxpy_strided(y: *mut f64, x: *const f64, n: i32, a: f64, sy: i32, sx: i32) {
    let mut iy = if sy < 0 { (1 - n) * sy } else { 0 };
    let mut ix = if sx < 0 { (1 - n) * sx } else { 0 };
    // parallel: yes - y is written at a runtime stride (guards: sy is not 0, y and x don't overlap across iterations).
    for _ in 0..n {
        unsafe { *y.offset(iy as isize) += a * *x.offset(ix as isize) };
        iy += sy;
        ix += sx;
    }
}
