//! Monte Carlo streams: each counts how many of its random points lie in the quarter circle. A stream's generator is a
//! 32-bit xorshift, seeded from its number.

use std::slice::from_raw_parts_mut;

#[unsafe(no_mangle)]
pub unsafe extern "C" fn montecarlo(hits: *mut i32, n: usize, rounds: i32, seed: u32) {
    let hits = unsafe { from_raw_parts_mut(hits, n) };
    // parallel: yes - each iteration owns hits[i] and its own generator.
    for i in 0..n {
        let mut state = seed.wrapping_add((i as u32).wrapping_mul(2_654_435_761)) | 1;
        let mut count = 0;
        // parallel: no - every draw needs the one before.
        for _ in 0..rounds {
            state ^= state << 13;
            state ^= state >> 17;
            state ^= state << 5;
            let (x, y) = ((state & 0xffff) as f32 / 65536.0, (state >> 16) as f32 / 65536.0);
            if x * x + y * y < 1.0 {
                count += 1;
            }
        }
        hits[i] = count;
    }
}
