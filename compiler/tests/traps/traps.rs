//! Loops that trap in the middle: past the end of the memory, by a division by zero and by a bounds check.
#![no_std]

#[panic_handler]
fn panic(_: &core::panic::PanicInfo) -> ! {
    core::arch::wasm32::unreachable()
}

#[inline(always)]
fn quotient(a: u32, b: u32) -> u32 {
    a / b
}

#[inline(never)]
fn divide(out: &mut [u32], a: &[u32], b: &[u32]) {
    for ((out, a), b) in out.iter_mut().zip(a).zip(b) {
        *out = quotient(*a, *b);
    }
}

#[inline(never)]
unsafe fn scale(x: *mut f32, k: f32, n: usize) {
    for i in 0..n {
        unsafe { *x.add(i) *= k };
    }
}

#[inline(never)]
fn add(out: &mut [u32; 64], a: &[u32], n: usize) {
    for i in 0..n {
        out[i] += a[i];
    }
}

static mut A: [u32; 64] = [0; 64];
static mut B: [u32; 64] = [0; 64];
static mut OUT: [u32; 64] = [0; 64];

#[unsafe(no_mangle)]
pub extern "C" fn divide_by_zero(zero_at: usize) -> u32 {
    let (a, b, out) = unsafe { (&mut *&raw mut A, &mut *&raw mut B, &mut *&raw mut OUT) };
    for i in 0..64 {
        a[i] = i as u32 * 7;
        b[i] = i as u32 + 1;
    }
    b[zero_at % 64] = 0;
    divide(out, a, b);
    out[5]
}

#[unsafe(no_mangle)]
pub extern "C" fn out_of_bounds(n: usize) -> f32 {
    let last = core::arch::wasm32::memory_size(0) * 65536 - 4 * n / 2;
    unsafe {
        scale(last as *mut f32, 2.0, n);
        *(last as *const f32)
    }
}

#[unsafe(no_mangle)]
pub extern "C" fn past_the_slice(n: usize) -> u32 {
    let (a, out) = unsafe { (&*&raw const A, &mut *&raw mut OUT) };
    add(out, a, n);
    out[0]
}
