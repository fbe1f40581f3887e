//! Prices of American options by a binomial tree of 16 steps, which lies in a small array of the iteration's own, f64.

use std::slice::{from_raw_parts, from_raw_parts_mut};

#[unsafe(no_mangle)]
pub unsafe extern "C" fn binomial(price: *mut f64, spot: *const f64, strike: *const f64, n: usize, up: f64, p: f64) {
    let (price, spot, strike) =
        unsafe { (from_raw_parts_mut(price, n), from_raw_parts(spot, n), from_raw_parts(strike, n)) };
    // parallel: yes - each iteration owns price[i]; the small array is written before it is read (guard:
    // disjoint).
    for i in 0..n {
        let (mut tree, mut low) = ([0.0; 17], spot[i]);
        // parallel: no - every spot price needs the one before.
        for k in 0..17 {
            tree[k] = if strike[i] > low { strike[i] - low } else { 0.0 };
            low *= up;
        }
        // parallel: no - every step needs the step before.
        for t in (0..16).rev() {
            let mut s = spot[i];
            // parallel: no - each element is overwritten with its neighbour's old value, and the spot price goes
            // up from one to the next.
            for k in 0..t + 1 {
                let (hold, now) = (p * tree[k + 1] + (1.0 - p) * tree[k], strike[i] - s);
                tree[k] = if hold > now { hold } else { now };
                s *= up;
            }
        }
        price[i] = tree[0];
    }
}
