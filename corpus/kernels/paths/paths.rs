//! Random numbers made from their own position: uniform ones, and the ends of random walks.

use std::slice::from_raw_parts_mut;

fn draw(counter: u32, key: u32) -> u32 {
    let mut x = counter.wrapping_mul(0x9e37_79b1) ^ key;
    x = (x ^ (x >> 16)).wrapping_mul(0x7feb_352d);
    x = (x ^ (x >> 15)).wrapping_mul(0x846c_a68b);
    x ^ (x >> 16)
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn uniform(out: *mut f32, n: usize, key: i32) {
    let out = unsafe { from_raw_parts_mut(out, n) };
    // parallel: yes - each iteration owns out[i], and its number comes from the counter; a failing index check
    // is a bail.
    for i in 0..n {
        out[i] = (draw(i as u32, key as u32) >> 8) as f32 * (1.0 / 16777216.0);
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn walks(out: *mut f32, n: usize, steps: i32, key: i32) {
    let out = unsafe { from_raw_parts_mut(out, n) };
    // parallel: yes - each iteration owns out[i], and its numbers come from the counters.
    for i in 0..n {
        let mut place = 0.0;
        // parallel: no - a float sum keeps its order.
        for k in 0..steps {
            let v = draw((i as i32).wrapping_mul(steps).wrapping_add(k) as u32, key as u32);
            place += (v >> 8) as f32 * (1.0 / 16777216.0) - 0.5;
        }
        out[i] = place;
    }
}
