//! Sorts bytes with their numbers by counting: counts, sums, places.

use std::slice::{from_raw_parts, from_raw_parts_mut};

#[unsafe(no_mangle)]
pub unsafe extern "C" fn countsort(order: *mut u32, x: *const u8, bins: *mut u32, n: usize) {
    let (order, x, bins) =
        unsafe { (from_raw_parts_mut(order, n), from_raw_parts(x, n), from_raw_parts_mut(bins, 256)) };
    // parallel: yes - each iteration owns bins[k].
    for bin in bins.iter_mut() {
        *bin = 0;
    }
    // parallel: yes - only as commutative integer updates whose old value nobody sees; plain stores would race;
    // a failing index check is a bail.
    for x in x {
        bins[usize::from(*x)] += 1;
    }
    let mut sum = 0;
    // parallel: no - every sum needs the one before.
    for bin in bins.iter_mut() {
        let count = *bin;
        *bin = sum;
        sum += count;
    }
    // parallel: no - where an element goes depends on the ones before.
    for i in 0..n {
        let bin = &mut bins[usize::from(x[i])];
        order[*bin as usize] = i as u32;
        *bin += 1;
    }
}
