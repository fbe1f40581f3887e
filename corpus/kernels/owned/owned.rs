//! Arrays that the module owns: here vectors whose headers live in a static, indexed with checks.

use std::cell::RefCell;

const SIZE: usize = 4096;

struct Arrays {
    x: Vec<f32>,
    y: Vec<f32>,
}

thread_local! {
    static ARRAYS: RefCell<Arrays> = const { RefCell::new(Arrays { x: Vec::new(), y: Vec::new() }) };
}

#[unsafe(no_mangle)]
pub extern "C" fn prepare(seed: i32) {
    ARRAYS.with_borrow_mut(|arrays| {
        // parallel: yes - each iteration owns one element, and the values come from the counter.
        arrays.x = (0..SIZE as i32).map(|i| ((i * 37).wrapping_add(seed) & 1023) as f32).collect();
        // parallel: yes - as above.
        arrays.y = (0..SIZE as i32).map(|i| ((i * 11).wrapping_sub(seed) & 511) as f32).collect();
    })
}

#[unsafe(no_mangle)]
pub extern "C" fn step(n: usize, a: f32) {
    ARRAYS.with_borrow_mut(|Arrays { x, y }| {
        // parallel: yes - each iteration owns y[i]; a failing index check is a bail.
        for i in 0..n {
            y[i] += a * x[i];
        }
    })
}

#[unsafe(no_mangle)]
pub extern "C" fn digest(n: usize) -> u32 {
    ARRAYS.with_borrow(|arrays| {
        // parallel: yes - a wrapping integer sum may be reassociated.
        arrays.y[..n].iter().fold(0u32, |sum, y| sum.wrapping_add(y.to_bits()))
    })
}
